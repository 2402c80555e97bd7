package io.waystation.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/**
 * Copies a data folder while the hub runs, so that the copy starts as a hub of its own.
 *
 * <p>The store is copied before the log: groups in the copy stand at or before the end of the copied log, so
 * restoring repeats effects rather than missing them. Every database is copied through SQLite's backup interface in one
 * step: it sees one moment and makes no writer wait. In several steps it would begin anew with every commit in between.
 */
public final class Backup {
    private static final int ALL_PAGES = -1;
    private static final int PAUSE_MILLIS = 1;
    private static final int BUSY_TRIES = 10_000;

    private final DataFolder folder;
    private final ReentrantLock running = new ReentrantLock();

    /** Backups of a data folder. */
    public Backup(DataFolder folder) {
        this.folder = folder;
    }

    /**
     * What a backup copied.
     *
     * @param target folder of the copy
     * @param files how many files
     * @param bytes their size
     */
    public record Result(Path target, int files, long bytes) {
    }

    /**
     * Makes a copy; blocks until it is complete and on the disk.
     *
     * @param target a folder that does not exist yet, or is empty; appears only when the copy is complete
     * @throws StoreException {@code BUSY} when another backup runs
     * @throws UncheckedIOException when it cannot be written; what was copied is removed
     */
    public Result run(Path target) {
        if (!running.tryLock()) {
            throw new StoreException(StoreException.Code.BUSY, "another backup is running", null);
        }
        Path destination = target.toAbsolutePath().normalize();
        Path draft = destination.resolveSibling(destination.getFileName() + ".partial");
        try {
            refuseExisting(destination);
            deleteTree(draft);
            createOwnerOnly(draft);
            copyAll(draft);
            force(draft);
            Files.deleteIfExists(destination);
            publish(draft, destination);
            return measure(destination);
        } catch (IOException e) {
            deleteQuietly(draft, e);
            throw new UncheckedIOException("the backup to " + destination + " failed: " + e.getMessage(), e);
        } catch (UncheckedIOException e) {
            deleteQuietly(draft, e.getCause());
            throw e;
        } finally {
            running.unlock();
        }
    }

    private static void publish(Path draft, Path destination) throws IOException {
        Files.move(draft, destination, StandardCopyOption.ATOMIC_MOVE);
        try {
            OwnerOnlyFile.force(destination);
        } catch (IOException unsure) {
            deleteQuietly(destination, unsure);
            throw unsure;
        }
    }

    private static void refuseExisting(Path destination) throws IOException {
        if (Files.exists(destination)) {
            try (Stream<Path> inside = Files.list(destination)) {
                if (inside.findAny().isPresent()) {
                    throw new FileAlreadyExistsException(destination + " is not empty; name a new folder");
                }
            }
        }
    }

    private static void createOwnerOnly(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private void copyAll(Path draft) throws IOException {
        Files.createDirectories(draft.resolve("log"));
        copyFile("log/newcomers", draft); // before the store: once it is gone, the store has the groups' own positions
        copyDatabase(folder.store(), draft.resolve("store.db"));
        for (Path segment : segments()) {
            try {
                copyDatabase(segment, draft.resolve("log").resolve(segment.getFileName()));
            } catch (NoSuchFileException deleted) {
                continue; // retention took it while we copied; its events are past their time
            }
        }
        for (String name : List.of("format", "token", "secret.key", "first-channel", "log/low-water")) {
            copyFile(name, draft);
        }
    }

    private void copyFile(String name, Path draft) throws IOException {
        try {
            Files.copy(folder.root().resolve(name), draft.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        } catch (NoSuchFileException none) {
            return; // not every hub has each of them
        }
    }

    /** Brings everything in a folder to the disk, and the folder. */
    private static void force(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.toList()) {
                try (FileChannel file = FileChannel.open(path)) {
                    file.force(true);
                }
            }
        }
    }

    /** Oldest first, so that a segment begun while we copy is found last or not at all. */
    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(folder.log())) {
            return files.filter(file -> file.getFileName().toString().endsWith(".db")).sorted().toList();
        }
    }

    private static void copyDatabase(Path from, Path to) throws IOException {
        if (!Files.exists(from)) {
            throw new NoSuchFileException(from.toString());
        }
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        try (Connection connection = config.createConnection("jdbc:sqlite:" + from)) {
            int result = connection.unwrap(SQLiteConnection.class).getDatabase()
                    .backup("main", to.toString(), null, PAUSE_MILLIS, BUSY_TRIES, ALL_PAGES);
            if (result != SQLiteErrorCode.SQLITE_OK.code) {
                throw new IOException("copying " + from + " ended with " + SQLiteErrorCode.getErrorCode(result));
            }
        } catch (SQLException e) {
            throw new IOException("copying " + from + " failed: " + e.getMessage(), e);
        }
    }

    private static Result measure(Path destination) throws IOException {
        try (Stream<Path> tree = Files.walk(destination)) {
            List<Path> files = tree.filter(Files::isRegularFile).toList();
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
            }
            return new Result(destination, files.size(), bytes);
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void deleteQuietly(Path folder, IOException reason) {
        try {
            deleteTree(folder);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
