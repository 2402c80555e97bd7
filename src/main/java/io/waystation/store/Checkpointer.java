package io.waystation.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves committed pages from the write-ahead log into the database file, away from the writer.
 *
 * <p>Sleeps until there was a commit, then works at most about once a second. The log starts over by itself when all of it is in the
 * file; where commits come without a pause it never is, and so the writer does the rest of a large one between two transactions.
 */
final class Checkpointer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
    private static final long LARGE_BYTES = 64L << 20;
    /** The rest that makes the writer wait is at most one part in so many. A long read, as of a backup, leaves more. */
    private static final int REST_PARTS = 4;
    private static final long PAUSE_MILLIS = 1000;

    private final SqliteDatabase database;
    private final Path writeAheadLog;
    private final Semaphore commits = new Semaphore(0);
    private final Semaphore stop = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "store-checkpoint");
    private volatile boolean almostDone;

    Checkpointer(SqliteDatabase database) {
        this.database = database;
        this.writeAheadLog = database.file().resolveSibling(database.file().getFileName() + "-wal");
        thread.setDaemon(true);
        thread.start();
    }

    /** The writer tells so, between two transactions; empties the log when it is large and most of it is in the file. */
    void commitHappened() {
        if (almostDone) {
            almostDone = false;
            checkpoint("TRUNCATE");
        }
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
                almostDone = checkpoint("PASSIVE") && writeAheadLog.toFile().length() > LARGE_BYTES;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs a checkpoint; whether most of the log is in the file now. */
    private boolean checkpoint(String mode) {
        try (Connection connection = database.openCheckpoints(); Statement statement = connection.createStatement();
                ResultSet pages = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            pages.next();
            long all = pages.getLong("log");
            return (all - pages.getLong("checkpointed")) * REST_PARTS <= all;
        } catch (SQLException e) {
            LOG.warn("A checkpoint of the store failed and is tried again after the next commit: {}", e.getMessage());
            return false;
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
