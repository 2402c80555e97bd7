package io.waystation.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Keeps the position in a file of one line, the same that gosmee writes. Written beside, flushed to disk and
 * renamed, so the file always holds a whole position, old or new.
 */
final class FileCursor implements StreamCursor {
    private static final int LONGEST = 1024;

    private final Path file;

    FileCursor(Path file) {
        this.file = file.toAbsolutePath();
    }

    @Override
    public String load() throws IOException {
        try {
            if (Files.size(file) > LONGEST) {
                throw new IOException(file + " is no state file: it is too large");
            }
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (NoSuchFileException first) {
            Files.createDirectories(file.getParent());
            return "";
        }
    }

    @Override
    public void store(String streamId) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer line = ByteBuffer.wrap((streamId + "\n").getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                out.write(line);
            }
            out.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true); // the rename itself
        } catch (IOException notOnThisSystem) {
            // Windows opens no folders; the rename is safe there without
        }
    }
}
