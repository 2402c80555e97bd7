package io.waystation.update.change;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.codec.digest.MessageDigestAlgorithms;

/** Files that are whole or not there, whenever the power goes. Stateless. */
final class DurableFile {
    private DurableFile() {
    }

    /** Replaces a file: written beside, flushed to disk, renamed. */
    static void write(Path file, byte[] bytes) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING, LinkOption.NOFOLLOW_LINKS)) {
            writeAll(out, bytes);
            out.force(true);
        }
        rename(draft, file);
    }

    /** Adds to the end of a file and flushes it to disk. */
    static void append(Path file, byte[] bytes) throws IOException {
        boolean created = Files.notExists(file);
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.APPEND)) {
            writeAll(out, bytes);
            out.force(true);
        }
        if (created) {
            syncFolder(file.getParent());
        }
    }

    private static void writeAll(FileChannel out, byte[] bytes) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            out.write(rest);
        }
    }

    /** Gives a file another name in one step, replacing what had it; also while that is running (no ETXTBSY). */
    static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncFolder(to.getParent());
        if (!from.getParent().equals(to.getParent())) {
            syncFolder(from.getParent());
        }
    }

    /** A second file with the same bytes: a hard link where the file system has them, else a copy. */
    static void duplicate(Path from, Path to) throws IOException {
        Files.deleteIfExists(to);
        try {
            Files.createLink(to, from);
        } catch (UnsupportedOperationException | IOException noLinks) {
            Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
            sync(to);
        }
        syncFolder(to.getParent());
    }

    /** Flushes a file's bytes to disk. */
    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Flushes names to disk. */
    static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException notOnThisSystem) {
            if (!System.getProperty("os.name").startsWith("Windows")) {
                throw notOnThisSystem;
            }
        }
    }

    /** SHA-256 of a file in lower-case hexadecimal; null when there is no file. */
    static String digest(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return null;
        }
        return new DigestUtils(MessageDigestAlgorithms.SHA_256).digestAsHex(file);
    }
}
