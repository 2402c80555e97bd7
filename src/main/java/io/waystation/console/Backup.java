package io.waystation.console;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import io.waystation.http.ProblemException;
import io.waystation.store.DataFolder;

/**
 * Copies the data folder of a running hub into a ZIP file in its folder {@code backups}; one at a time.
 *
 * <p>Every database is copied as one consistent snapshot, the store before the log: whatever the store says has been
 * processed is in the copied log too. Nothing stops meanwhile.
 */
final class Backup {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("'waystation-'yyyyMMdd-HHmmss-SSS'.zip'").withZone(ZoneOffset.UTC);

    private final DataFolder folder;
    private final Clock clock;
    private final ReentrantLock running = new ReentrantLock();

    Backup(DataFolder folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * A finished backup.
     *
     * @param file where it is on the hub's machine
     * @param bytes how large it is
     */
    record Made(Path file, long bytes) {
    }

    /** Makes a backup now. */
    Made make() {
        if (!running.tryLock()) {
            throw new ProblemException(409, "backup-running", "Another backup is being made; try again when it is done.");
        }
        try {
            Path target = Files.createDirectories(folder.root().resolve("backups")).resolve(NAME.format(clock.instant()));
            Path draft = target.resolveSibling(target.getFileName() + ".part");
            try {
                write(draft);
                Files.move(draft, target);
            } finally {
                Files.deleteIfExists(draft);
            }
            return new Made(target, Files.size(target));
        } catch (IOException | SQLException failed) {
            throw new ProblemException(507, "backup-failed", "The backup could not be written: " + failed.getMessage());
        } finally {
            running.unlock();
        }
    }

    private void write(Path target) throws IOException, SQLException {
        try (OutputStream file = Files.newOutputStream(target); ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.setLevel(Deflater.BEST_SPEED); // most of it is compressed already
            addDatabase(zip, folder.store());
            for (Path segment : segments()) {
                addDatabase(zip, segment);
            }
            for (Path small : List.of(folder.root().resolve("format"), folder.token(), folder.secretKey())) {
                if (Files.exists(small)) {
                    add(zip, small, small);
                }
            }
        }
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(folder.log())) {
            return files.filter(file -> file.getFileName().toString().endsWith(".db")).sorted().toList();
        }
    }

    private void addDatabase(ZipOutputStream zip, Path database) throws IOException, SQLException {
        Path snapshot = folder.root().resolve("backups").resolve(database.getFileName() + ".snapshot");
        Files.deleteIfExists(snapshot);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 5000");
            statement.execute("VACUUM INTO '" + snapshot.toString().replace("'", "''") + "'");
            add(zip, database, snapshot);
        } catch (SQLException failed) {
            if (Files.exists(database)) {
                throw failed;
            } // retention deleted this segment meanwhile
        } finally {
            Files.deleteIfExists(snapshot);
        }
    }

    private void add(ZipOutputStream zip, Path original, Path content) throws IOException {
        zip.putNextEntry(new ZipEntry(folder.root().relativize(original).toString().replace('\\', '/')));
        Files.copy(content, zip);
        zip.closeEntry();
    }
}
