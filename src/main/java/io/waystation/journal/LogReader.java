package io.waystation.journal;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import io.waystation.event.EventBatch;
import io.waystation.event.PositionedEvent;

/** Reads the log: the newest events from memory, older ones from the segment files. Thread-safe; may block. */
final class LogReader {
    /** A read that finds nothing it wants still ends, so that its caller can do other things. */
    private static final int MOST_ROWS = 2_000;
    private static final long DECODED_BYTES = 8L << 20;

    private final Segments segments;
    private final SegmentReaders readers;
    private final RecentBatches recent;
    private final LowWater lowWater;
    private final CommitSignal signal;
    private final Losses losses;
    private final JournalMeters meters;
    private final Map<Long, Batch> decoded = new LinkedHashMap<>(16, 0.75f, true);
    private long decodedBytes;

    LogReader(Segments segments, SegmentReaders readers, RecentBatches recent, LowWater lowWater,
            CommitSignal signal, Losses losses, JournalMeters meters) {
        this.segments = segments;
        this.readers = readers;
        this.recent = recent;
        this.lowWater = lowWater;
        this.signal = signal;
        this.losses = losses;
        this.meters = meters;
    }

    EventBatch read(long after, EventFilter filter, int limit, long maxBytes) {
        return readBetween(after, Long.MAX_VALUE, filter, limit, maxBytes);
    }

    EventBatch readBetween(long after, long before, EventFilter filter, int limit, long maxBytes) {
        long target = Math.min(signal.tail().offset(), before - 1);
        return run(new ReadStep(after, null, filter, limit, maxBytes, target, lowWater));
    }

    EventBatch read(String channel, long after, int limit, long maxBytes) {
        return run(new ReadStep(after, channel, EventFilter.ALL, limit, maxBytes, signal.tail().offset(), lowWater));
    }

    Optional<PositionedEvent> find(long offset) {
        if (offset < 1 || offset > signal.tail().offset()) {
            return Optional.empty();
        }
        ReadStep step = new ReadStep(offset - 1, null, EventFilter.ALL, 1, Long.MAX_VALUE, offset, lowWater);
        return run(step).events().stream().findFirst();
    }

    private EventBatch run(ReadStep step) {
        step.startBehind(segments.oldestOffset() - 1);
        int rowsLeft = MOST_ROWS;
        while (!step.isDone() && rowsLeft > 0) {
            Optional<RecentBatches.Stretch> inMemory = recent.from(step.next(), step.channel());
            if (inMemory.isPresent()) {
                takeFromMemory(step, inMemory.get());
                rowsLeft -= inMemory.get().batches().size();
            } else {
                rowsLeft -= readSegment(step, rowsLeft);
            }
        }
        return step.result();
    }

    private static void takeFromMemory(ReadStep step, RecentBatches.Stretch stretch) {
        for (Batch batch : stretch.batches()) {
            if (!step.take(batch)) {
                return;
            }
        }
        step.nothingMoreUpTo(stretch.last());
    }

    /** Reads on in the segment the next offset is in; how many rows that took. */
    private int readSegment(ReadStep step, int mostRows) {
        SegmentFile segment = segments.reaching(step.next());
        if (segment == null) {
            step.lostUpTo(step.target());
            return 1;
        }
        SegmentReader reader = null;
        try {
            reader = readers.borrow(segment);
            int[] rows = {0};
            boolean[] stopped = {false};
            SegmentReader.RowConsumer consumer = row -> {
                stopped[0] = row.first() > step.target() || !takeRow(step, segment, row) || ++rows[0] >= mostRows;
                return !stopped[0];
            };
            if (step.channel() == null) {
                reader.scan(step.next(), consumer);
            } else {
                reader.scan(step.channel(), step.next(), consumer);
            }
            long end = segments.lastOffset(segment);
            boolean isCut = !stopped[0] && step.channel() != null && end <= step.target() && step.next() <= end;
            long present = isCut ? reader.lastOffset(segment.first()) : end;
            readers.giveBack(reader);
            if (!stopped[0]) {
                step.nothingMoreUpTo(present);
                step.lostUpTo(Math.min(end, step.target())); // gone before the next segment, of whatever channel it was
            } else if (rows[0] < mostRows && !step.isDone()) {
                step.nothingMoreUpTo(step.target());
            }
            return rows[0] + 1;
        } catch (SQLException failed) {
            if (reader != null) {
                readers.discard(reader);
            }
            passOver(step, segment, failed);
            return 1;
        }
    }

    private boolean takeRow(ReadStep step, SegmentFile segment, SegmentReader.Row row) throws SQLException {
        long first = row.first();
        long last = row.last();
        try {
            if (!step.wants(first, last, row.channel()) || !row.summary().mayMatch(step.filter())) {
                return step.passOver(first, last, row.channel());
            }
            return step.take(decode(row));
        } catch (DamagedBatchException damaged) {
            if (losses.damaged(first, last, segment.toString(), damaged)) {
                meters.damaged();
            }
            return step.lost(first, last);
        }
    }

    private Batch decode(SegmentReader.Row row) throws SQLException, DamagedBatchException {
        long first = row.first();
        synchronized (decoded) {
            Batch known = decoded.get(first);
            if (known != null) {
                return known;
            }
        }
        Batch batch = row.decode();
        if (batch.bytes() <= DECODED_BYTES / 4) {
            keep(batch);
        }
        return batch;
    }

    private void keep(Batch batch) {
        synchronized (decoded) {
            if (decoded.put(batch.first(), batch) == null) {
                decodedBytes += batch.bytes();
            }
            var eldest = decoded.values().iterator();
            while (decodedBytes > DECODED_BYTES && eldest.hasNext()) {
                decodedBytes -= eldest.next().bytes();
                eldest.remove();
            }
        }
    }

    private void passOver(ReadStep step, SegmentFile segment, SQLException failed) {
        if (!segments.contains(segment)) {
            step.startBehind(segments.oldestOffset() - 1); // retention took it while we read
            return;
        }
        if (!SegmentReader.isDamage(failed)) {
            throw Segments.failure("Reading " + segment + " failed", failed);
        }
        long last = Math.min(segments.lastOffset(segment), step.target());
        if (losses.damaged(step.next(), last, segment.toString(), failed)) {
            meters.damaged();
        }
        step.lostUpTo(last);
    }
}
