package io.waystation.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder that holds everything a hub keeps: one owner at a time, one format version.
 *
 * <p>The lock is the operating system's and goes with the process, so a killed hub leaves none behind.
 */
public final class DataFolder implements Closeable {
    /** Version of the folder's layout that this program writes. */
    static final int FORMAT = 1;

    private final Path root;
    private final FileChannel channel;
    private final FileLock lock;

    private DataFolder(Path root, FileChannel channel, FileLock lock) {
        this.root = root;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Takes the folder, creating it (mode 0700) when it is not there.
     *
     * @throws StartupException {@code data-folder-unwritable}, {@code data-folder-in-use},
     *     {@code data-folder-damaged} or {@code data-format-newer}
     */
    public static DataFolder open(Path folder) {
        Path root = folder.toAbsolutePath().normalize();
        FileChannel channel = null;
        try {
            create(root);
            channel = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            DataFolder data = new DataFolder(root, channel, lock(root, channel));
            data.writeOwner();
            data.migrate();
            data.requireWritable();
            return data;
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw new StartupException("data-folder-unwritable", "cannot write the data folder " + root + " ("
                    + reason(e) + "); " + (e instanceof FileAlreadyExistsException ? "" : "make it writable or ") + "name another with --data", e);
        } catch (StartupException e) {
            closeQuietly(channel, e);
            throw e;
        }
    }

    private static void create(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            Files.createDirectories(root);
            if (Files.getFileAttributeView(root, PosixFileAttributeView.class) != null) {
                Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
            }
        }
    }

    private static FileLock lock(Path root, FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            lock = null;
        }
        if (lock == null) {
            String owner = Files.readString(root.resolve("lock")).trim();
            throw new StartupException("data-folder-in-use", "the data folder " + root + " is in use by another hub"
                    + (owner.isEmpty() ? "" : " (process " + owner + ")") + "; stop it or name another with --data");
        }
        return lock;
    }

    private void writeOwner() throws IOException {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
    }

    private void migrate() throws IOException {
        Path format = root.resolve("format");
        int found = Files.exists(format) ? readFormat(format) : 0;
        if (found > FORMAT) {
            throw new StartupException("data-format-newer", "the data folder " + root + " has format " + found
                    + ", written by a newer Waystation; this one knows formats up to " + FORMAT
                    + ", so start the newer one or restore a backup");
        }
        if (found < FORMAT) {
            Files.createDirectories(log());
            OwnerOnlyFile.replace(format, FORMAT + "\n"); // format 0, the folder without the file, needs no other change
        }
    }

    /** Some of it may belong to somebody else, such as root, who started a hub here once. */
    private void requireWritable() throws IOException {
        Files.createDirectories(log());
        List<Path> needed = new ArrayList<>(List.of(log(), store(), root.resolve("address")));
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(log())) {
            segments.forEach(needed::add);
        }
        for (Path path : needed) {
            if (Files.exists(path) && !Files.isWritable(path)) {
                throw new FileSystemException(path.toString(), null, path + " is read-only here");
            }
        }
    }

    private int readFormat(Path format) throws IOException {
        String text = Files.readString(format, StandardCharsets.ISO_8859_1).trim();
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new StartupException("data-folder-damaged", "the file " + format + " holds '" + text
                    + "' where a format number should be; restore it from a backup, or write " + FORMAT
                    + " into it if this Waystation has written the folder", e);
        }
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "a file is in its place";
        }
        if (e instanceof NoSuchFileException) {
            return "no folder can be made there";
        }
        String reason = e instanceof FileSystemException at ? at.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    private static void closeQuietly(FileChannel channel, Exception reason) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                reason.addSuppressed(e);
            }
        }
    }

    /** The folder itself. */
    public Path root() {
        return root;
    }

    /** Database of the embedded store. */
    public Path store() {
        return root.resolve("store.db");
    }

    /** Folder of the log's segments. */
    public Path log() {
        return root.resolve("log");
    }

    /** File that holds the token made at the first start. */
    public Path token() {
        return root.resolve("token");
    }

    /** Key file used when no key is configured. */
    public Path secretKey() {
        return root.resolve("secret.key");
    }

    /** Gives the folder up. */
    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot give up the data folder " + root, e);
        }
    }
}
