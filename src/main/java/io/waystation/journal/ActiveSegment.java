package io.waystation.journal;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The segment that is written to: opens, replaces and repairs it. For the writer thread, once opened. */
final class ActiveSegment {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveSegment.class);

    private final Segments segments;
    private final SegmentReaders readers;
    private final Checkpointer checkpointer;
    private final Losses losses;
    private final JournalSettings settings;
    private final Clock clock;
    private final Runnable onNewSegment;
    private SegmentWriter writer;

    ActiveSegment(Segments segments, SegmentReaders readers, Checkpointer checkpointer, Losses losses,
            JournalSettings settings, Clock clock, Runnable onNewSegment) {
        this.onNewSegment = onNewSegment;
        this.segments = segments;
        this.readers = readers;
        this.checkpointer = checkpointer;
        this.losses = losses;
        this.settings = settings;
        this.clock = clock;
    }

    /** Opens the newest segment, or a new one where there is none that can be used. */
    SegmentWriter open() throws SQLException, IOException {
        SegmentFile newest = segments.newest();
        if (newest == null) {
            writer = create(1, 0);
            return writer;
        }
        try {
            writer = SegmentWriter.open(newest);
        } catch (SQLException failed) {
            if (!SegmentReader.isDamage(failed)) {
                throw failed;
            }
            setAside(newest, failed);
            return writer;
        }
        if (writer == null) {
            segments.remove(newest);
            LOG.info("Segment {} was never finished being created and holds nothing", newest);
            if (segments.newest() != null) { // what was written since, after a failure to create it, is in the one before
                newest.delete();
                return open();
            }
            writer = create(newest.first(), 0);
        }
        return writer;
    }

    private void setAside(SegmentFile damaged, SQLException cause) throws SQLException, IOException {
        // Offsets it may have given away must not be given again. An event takes more than one byte.
        long next = damaged.first() + damaged.size() + 1;
        readers.evict(damaged);
        segments.remove(damaged);
        try {
            writer = create(next, Math.max(newestMillis(), clock.millis()));
        } catch (SQLException | IOException | RuntimeException failed) {
            segments.add(damaged); // it stays the newest, or the log would go on before it and give its offsets again
            throw failed;
        }
        losses.damaged(damaged.first(), next - 1, damaged.toString(), cause);
        LOG.error("Segment {} is damaged and is now {}", damaged, damaged.setAside());
    }

    private long newestMillis() throws SQLException {
        SegmentFile newest = segments.newest();
        if (newest == null) {
            return 0;
        }
        SegmentReader reader = readers.borrow(newest);
        try {
            return Math.max(0, reader.lastMillis());
        } finally {
            readers.discard(reader);
        }
    }

    /** The segment to write to now: reopened after a failure, replaced when it is full or old. */
    SegmentWriter ready() throws SQLException, IOException {
        if (writer == null) {
            return open();
        }
        rollIfDue();
        if (checkpointer.isLogTooLarge(writer.file()) && !writer.isEmpty()) {
            startAt(writer.next());
        } else if (checkpointer.takeAlmostDone(writer.file())) {
            writer.finishCheckpoint();
        }
        return writer;
    }

    /** Replaces a segment that is full or old, although nothing is appended. */
    void rollIfDue() throws SQLException, IOException {
        if (writer != null && !writer.isEmpty() && isDue()) {
            startAt(writer.next());
        }
    }

    /** The segment being written to. */
    SegmentWriter current() {
        return writer;
    }

    private boolean isDue() {
        return writer.bytes() >= Math.min(settings.segmentBytes(), settings.maxSize() / 4)
                || clock.millis() - writer.startMillis() >= settings.segmentAge().toMillis();
    }

    /** Goes on in a new segment. */
    void startAt(long offset) throws SQLException, IOException {
        SegmentWriter full = writer;
        writer = create(offset, full.lastMillis());
        full.file().lastMillis(full.lastMillis());
        checkpointer.seal(full);
        onNewSegment.run();
    }

    private SegmentWriter create(long first, long notBefore) throws SQLException, IOException {
        SegmentFile file = segments.newFile(first);
        SegmentWriter created = SegmentWriter.create(file, notBefore, clock.millis());
        segments.add(file);
        return created;
    }

    /** Closes the connection after a failure, so that {@link #ready} finds out what is on disk. */
    void abandon() {
        if (writer != null) {
            try {
                writer.close();
            } catch (SQLException failed) {
                LOG.debug("Closing {} failed", writer.file(), failed);
            }
            writer = null;
        }
    }

    /** Hands the segment over to be checkpointed and closed. */
    void close() {
        if (writer != null) {
            checkpointer.seal(writer);
            writer = null;
        }
    }
}
