package io.waystation.update.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records of running trees, a file for each lane; on disk when a method returns. */
final class TreeRecords {
    private static final Logger LOG = LoggerFactory.getLogger(TreeRecords.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENDING = ".json";

    private final Path folder;

    TreeRecords(Path folder) {
        this.folder = folder;
    }

    void write(TreeRecord record) throws IOException {
        Files.createDirectories(folder);
        Path draft = folder.resolve(record.lane() + ".new");
        try (FileChannel out = FileChannel.open(draft, Set.of(StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE))) {
            ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(record));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(draft, file(record.lane()), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel names = FileChannel.open(folder)) {
            names.force(true);
        }
    }

    /** Needs no sync: a record of a tree that has ended does no harm, its processes are not found. */
    void delete(String lane) throws IOException {
        Files.deleteIfExists(file(lane));
    }

    /** The records a former hub left; a file that is none was never complete, so its process never went on. */
    List<TreeRecord> all() throws IOException {
        List<TreeRecord> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
                for (Path file : files) {
                    try {
                        found.add(JSON.readValue(Files.readAllBytes(file), TreeRecord.class));
                    } catch (JacksonException unreadable) {
                        LOG.warn("{} is no record of a process and is deleted: {}", file, unreadable.getOriginalMessage());
                        Files.delete(file);
                    }
                }
            }
        }
        return found;
    }

    private Path file(String lane) {
        return folder.resolve(lane + ENDING);
    }
}
