package io.waystation.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves committed pages from the write-ahead log into the database file, away from the writer.
 *
 * <p>Sleeps until there was a commit, then works at most about once a second.
 */
final class Checkpointer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
    private static final long RESTART_BYTES = 64L << 20;
    private static final long PAUSE_MILLIS = 1000;

    private final SqliteDatabase database;
    private final Path writeAheadLog;
    private final Semaphore commits = new Semaphore(0);
    private final Semaphore stop = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "store-checkpoint");

    Checkpointer(SqliteDatabase database) {
        this.database = database;
        this.writeAheadLog = database.file().resolveSibling(database.file().getFileName() + "-wal");
        thread.setDaemon(true);
        thread.start();
    }

    void commitHappened() {
        if (commits.availablePermits() == 0) {
            commits.release();
        }
    }

    private void run() {
        try {
            boolean stopped = false;
            while (!stopped) {
                commits.acquire();
                commits.drainPermits();
                stopped = stop.tryAcquire(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                checkpoint();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void checkpoint() {
        try (Connection connection = database.openMaintenance(); Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
            if (Files.exists(writeAheadLog) && Files.size(writeAheadLog) > RESTART_BYTES) {
                statement.execute("PRAGMA wal_checkpoint(TRUNCATE)"); // short: almost everything is copied already
            }
        } catch (SQLException | IOException e) {
            LOG.warn("A checkpoint of the store failed and is tried again after the next commit: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        stop.release();
        commits.release();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
