package io.waystation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/** A few connections that only read; a read that takes too long is interrupted. */
final class Readers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Readers.class);
    private static final int WAIT_SECONDS = 5;

    private final SqliteDatabase database;
    private final int connections;
    private final Duration limit;
    private final Semaphore permits;
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final ScheduledExecutorService watchdog = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "store-read-limit");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean closed;

    Readers(SqliteDatabase database, int connections, Duration limit) {
        this.database = database;
        this.connections = connections;
        this.limit = limit;
        this.permits = new Semaphore(connections, true);
    }

    <T> T read(Function<Handle, T> reading) {
        acquire();
        Connection connection = null;
        try {
            connection = idle.pollFirst();
            if (connection == null) {
                connection = database.openReader();
            }
            T result = readLimited(connection, reading);
            idle.addFirst(connection);
            connection = null;
            return result;
        } catch (SQLException e) {
            throw SqliteDatabase.translate("reading the store", e);
        } finally {
            permits.release();
            closeQuietly(connection); // set only when the read failed: start afresh
            if (closed) {
                closeIdle();
            }
        }
    }

    private void acquire() {
        try {
            if (closed) {
                throw new StoreException(StoreException.Code.CLOSED, "the store is closed", null);
            }
            if (!permits.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new StoreException(StoreException.Code.BUSY,
                        "no reader of the store came free within " + WAIT_SECONDS + " s", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(StoreException.Code.BUSY, "interrupted while waiting for a reader", e);
        }
    }

    private <T> T readLimited(Connection connection, Function<Handle, T> reading) throws SQLException {
        Lease lease = new Lease(connection.unwrap(SQLiteConnection.class));
        Future<?> end = watchdog.schedule(lease::interrupt, limit.toMillis(), TimeUnit.MILLISECONDS);
        try (Handle handle = database.handle(connection)) {
            return reading.apply(handle);
        } catch (RuntimeException e) {
            StoreException translated = SqliteDatabase.translate("reading the store", e);
            throw translated.code() == StoreException.Code.FAILED ? e : translated;
        } finally {
            lease.end();
            end.cancel(false);
        }
    }

    private void closeIdle() {
        for (Connection connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
            closeQuietly(connection);
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            LOG.debug("Closing a reader of the store failed", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            if (permits.tryAcquire(connections, 2, TimeUnit.SECONDS)) {
                permits.release(connections);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeIdle();
        watchdog.shutdownNow();
    }

    /** One read's hold on a connection; an interrupt that comes late does not hit the next read. */
    private static final class Lease {
        private final SQLiteConnection connection;
        private boolean active = true;

        private Lease(SQLiteConnection connection) {
            this.connection = connection;
        }

        private synchronized void interrupt() {
            try {
                if (active) {
                    connection.getDatabase().interrupt();
                }
            } catch (SQLException e) {
                LOG.debug("Interrupting a slow read failed", e);
            }
        }

        private synchronized void end() {
            active = false;
        }
    }
}
