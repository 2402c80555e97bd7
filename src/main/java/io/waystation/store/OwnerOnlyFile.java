package io.waystation.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Pattern;

/**
 * Writes files with secrets: from their first byte on only the owner may read them, and they are there whole or not at all,
 * whenever the process is killed. Where there are no POSIX permissions, those of the folder hold. Thread-safe, also among
 * processes where the disk has links.
 */
public final class OwnerOnlyFile {
    /** What Linux and macOS say where a disk has no links. */
    private static final Pattern NO_LINKS = Pattern.compile("not permitted|not supported|not implemented");

    private OwnerOnlyFile() {
    }

    /**
     * Makes a file; it is on the disk when this returns, and not there when this fails.
     *
     * @throws FileAlreadyExistsException when there is one already
     */
    public static void create(Path file, String text) throws IOException {
        Path draft = draft(file, text.getBytes(StandardCharsets.UTF_8));
        try {
            publish(draft, file);
            try {
                force(file);
            } catch (IOException unsure) {
                Files.deleteIfExists(file);
                throw unsure;
            }
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** A link fails where there is a file, also when another process has just made it. */
    private static synchronized void publish(Path draft, Path file) throws IOException {
        try {
            Files.createLink(file, draft);
        } catch (UnsupportedOperationException noLinks) {
            moveTo(draft, file);
        } catch (FileSystemException failed) {
            if (!NO_LINKS.matcher(String.valueOf(failed.getReason())).find()) {
                throw failed;
            }
            moveTo(draft, file);
        }
    }

    private static void moveTo(Path draft, Path file) throws IOException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes a file or puts another one in its place; it is on the disk when this returns. */
    public static void replace(Path file, String text) throws IOException {
        replace(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The same with bytes. */
    public static void replace(Path file, byte[] content) throws IOException {
        Path draft = draft(file, content);
        try {
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
        force(file);
    }

    /** A file beside it with a name of its own, whole and on the disk. */
    private static Path draft(Path file, byte[] content) throws IOException {
        Path draft = Files.createTempFile(file.toAbsolutePath().getParent(), "." + file.getFileName() + "-", ".new", ownerOnly(file));
        try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        } catch (IOException failed) {
            Files.deleteIfExists(draft);
            throw failed;
        }
        return draft;
    }

    /** Brings the name of a file or folder to the disk, which may be lost in a loss of power otherwise. */
    static void force(Path file) throws IOException {
        FileChannel folder;
        try {
            folder = FileChannel.open(file.toAbsolutePath().getParent());
        } catch (IOException notOnThisSystem) {
            return; // Windows opens no folders; the rename is safe there without
        }
        try (folder) {
            folder.force(true);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0];
    }
}
