package io.waystation.journal;

import java.io.Closeable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.JDBC;

/**
 * Moves committed pages from the write-ahead log into the segment's main file, beside the writer, and closes
 * segments the writer is done with.
 *
 * <p>A passive checkpoint never makes the writer wait, but while the writer goes on it never catches up either, and
 * only a log that is wholly checkpointed starts over. So when almost nothing is left the writer is asked to do the
 * rest between two transactions.
 */
final class Checkpointer implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
    private static final long START_BYTES = 8L << 20;
    private static final int LARGE_LOG_PAGES = 1_024;
    private static final int FEW_PAGES = 96;
    private static final int TOO_LARGE_LOG_PAGES = 8_192;

    private final ExecutorService thread;
    private final SegmentReaders readers;
    private final JournalMeters meters;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile SegmentFile almostDone;
    private volatile SegmentFile tooLarge;
    private SegmentFile file;
    private Connection connection;
    private long unchecked;

    Checkpointer(SegmentReaders readers, JournalMeters meters) {
        this.readers = readers;
        this.meters = meters;
        thread = Executors.newSingleThreadExecutor(task -> Journal.daemon(task, "journal-checkpoint"));
    }

    /** The writer tells how much it has added; starts a checkpoint when it is worth one. */
    void written(SegmentFile segment, long bytes) {
        unchecked += bytes;
        if (unchecked >= START_BYTES && busy.compareAndSet(false, true)) {
            unchecked = 0;
            thread.execute(() -> run(segment));
        }
    }

    /** Whether the writer should finish the checkpoint now; says so once. */
    boolean takeAlmostDone(SegmentFile segment) {
        boolean now = almostDone == segment;
        almostDone = null;
        return now;
    }

    /** Whether readers have kept the log from starting over for so long that only a new segment helps. */
    boolean isLogTooLarge(SegmentFile segment) {
        return tooLarge == segment;
    }

    /** Checkpoints and closes a segment the writer has let go of. */
    void seal(SegmentWriter writer) {
        unchecked = 0;
        thread.execute(() -> {
            disconnect();
            readers.evict(writer.file());
            try {
                if (!writer.file().ifThere(writer::seal)) {
                    writer.close(); // retention was quicker
                }
            } catch (SQLException failed) {
                LOG.warn("Closing segment {} failed; it stays readable", writer.file(), failed);
            }
        });
    }

    /** The same for a segment an earlier process left. */
    void seal(SegmentFile segment) {
        thread.execute(() -> {
            try {
                segment.ifThere(() -> {
                    SegmentWriter writer = SegmentWriter.open(segment);
                    if (writer != null) {
                        readers.evict(segment);
                        writer.seal();
                    }
                });
            } catch (SQLException failed) {
                LOG.warn("Closing segment {} failed; it stays readable", segment, failed);
            }
        });
    }

    private void run(SegmentFile segment) {
        long started = System.nanoTime();
        try {
            segment.ifThere(() -> checkpoint(segment));
        } catch (SQLException failed) {
            LOG.warn("A checkpoint of {} failed and is tried again: {}", segment, failed.getMessage());
            disconnect();
        } finally {
            busy.set(false);
            meters.checkpointed(System.nanoTime() - started);
        }
    }

    private void checkpoint(SegmentFile segment) throws SQLException {
        connect(segment);
        long[] pages = SegmentWriter.checkpoint(connection, "PASSIVE");
        almostDone = pages[0] >= LARGE_LOG_PAGES && pages[0] - pages[1] <= FEW_PAGES ? segment : null;
        tooLarge = pages[0] >= TOO_LARGE_LOG_PAGES ? segment : null;
    }

    private void connect(SegmentFile segment) throws SQLException {
        if (segment == file) {
            return;
        }
        disconnect();
        connection = JDBC.createConnection(segment.url(), new Properties());
        file = segment;
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 0");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA wal_autocheckpoint = 0");
        }
    }

    private void disconnect() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException failed) {
            LOG.debug("Closing a connection to {} failed", file, failed);
        } finally {
            connection = null;
            file = null;
        }
    }

    /** Finishes what was asked for. */
    @Override
    public void close() {
        thread.execute(this::disconnect);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
                LOG.warn("A checkpoint is still running; the next start finishes it");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
