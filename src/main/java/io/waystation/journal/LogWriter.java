package io.waystation.journal;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import io.waystation.event.Event;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes the log: takes everything that waits, writes it in one transaction, lets readers see
 * it, and hands the completions back. No delay is added; while one transaction syncs, the next batch gathers.
 */
final class LogWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    private static final long ROW_BYTES = 1L << 20;
    private static final int LARGE_BODY = 512 << 10;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration RETRY_SOON = Duration.ofSeconds(1);
    private static final Duration RETRY_LATER = Duration.ofSeconds(5);
    private static final long LONGEST_WAIT_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long SLOWEST_NANOS = Duration.ofMillis(20).toNanos();

    private final AppendQueue queue;
    private final ActiveSegment active;
    private final Deliveries deliveries;
    private final RecentBatches recent;
    private final CommitSignal signal;
    private final Checkpointer checkpointer;
    private final LogReader reader;
    private final Retention retention;
    private final JournalMeters meters;
    private final JournalSettings settings;
    private final Clock clock;
    private final WriteFault fault;
    private final BatchCodec codec = new BatchCodec();
    private final long[] restoredTo = {-1};
    private boolean restored;
    private long pausedUntil;
    private boolean paused;
    private volatile boolean indexBehind;
    private volatile boolean rollWanted;
    private volatile boolean closing;
    private volatile boolean ended;

    /** The parts of the log the writer works with. */
    record Parts(AppendQueue queue, ActiveSegment active, Deliveries deliveries, RecentBatches recent,
            CommitSignal signal, Checkpointer checkpointer, LogReader reader, Retention retention,
            JournalMeters meters) {
    }

    LogWriter(Parts parts, JournalSettings settings, Clock clock, WriteFault fault) {
        this.queue = parts.queue();
        this.active = parts.active();
        this.deliveries = parts.deliveries();
        this.recent = parts.recent();
        this.signal = parts.signal();
        this.checkpointer = parts.checkpointer();
        this.reader = parts.reader();
        this.retention = parts.retention();
        this.meters = parts.meters();
        this.settings = settings;
        this.clock = clock;
        this.fault = fault;
    }

    /** Queues an append or fails it at once. From any thread. */
    void offer(PendingAppend append) {
        if (closing || !queue.offer(append)) {
            String code = closing ? JournalFullException.CLOSING
                    : indexBehind ? JournalFullException.INDEX_BEHIND : JournalFullException.QUEUE_FULL;
            fail(append, new JournalFullException(code, RETRY_SOON, null));
            append.complete();
        } else if (ended) {
            failRest();
        }
    }

    /** Lets the writer replace a segment that is old, although nothing is appended. From any thread. */
    void rollIfDue() {
        rollWanted = true;
        queue.wake();
    }

    /** Whether what {@link #rollIfDue} asked for is done, which shows that the writer moves. */
    boolean hasRolled() {
        return !rollWanted;
    }

    private void roll() {
        try {
            active.rollIfDue();
        } catch (SQLException | IOException failed) {
            pause(failed);
        }
    }

    /** Writes what waits and ends. From any thread. */
    void close() {
        closing = true;
        queue.wake();
    }

    @Override
    public void run() {
        try (codec) {
            while (!closing || !queue.isEmpty()) {
                try {
                    step();
                } catch (Throwable unexpected) { // without this thread every append waits for ever
                    LOG.error("The log's writer met an unexpected failure and goes on", unexpected);
                    LockSupport.parkNanos(SLOWEST_NANOS);
                }
            }
        } finally {
            ended = true;
            failRest();
            active.close();
        }
    }

    private void step() {
        List<PendingAppend> taken = queue.take(settings.batchEvents(), settings.batchBytes());
        if (!taken.isEmpty()) {
            handle(taken);
        }
        if (rollWanted) {
            rollWanted = false;
            roll();
        }
    }

    private synchronized void failRest() {
        while (!queue.isEmpty()) {
            List<PendingAppend> rest = queue.take(Integer.MAX_VALUE, Long.MAX_VALUE);
            failAll(rest, JournalFullException.CLOSING, RETRY_SOON, null);
            Completions.post(rest);
        }
    }

    private void handle(List<PendingAppend> taken) {
        Position before = signal.tail();
        try {
            if (paused && System.nanoTime() < pausedUntil) {
                failAll(taken, JournalFullException.DISK_FULL, RETRY_LATER, null);
            } else if (!waitForIndex()) {
                failAll(taken, JournalFullException.INDEX_BEHIND, RETRY_SOON, null);
            } else {
                write(taken);
            }
        } catch (Throwable failed) {
            failAll(taken, JournalFullException.DISK_FULL, RETRY_LATER, failed);
            pause(failed);
        } finally {
            try {
                Completions.post(taken);
            } finally {
                if (signal.tail() != before) {
                    signal.tell();
                }
            }
        }
    }

    private void write(List<PendingAppend> taken) throws SQLException, IOException {
        if (paused) {
            retention.run();
        }
        SegmentWriter segment = active.ready();
        catchUpWith(segment);
        long millis = Math.max(segment.lastMillis(), clock.millis());
        List<PendingAppend> fresh;
        try {
            fresh = deliveries.separate(taken, millis);
        } catch (Deliveries.IndexUnreadableException unreadable) {
            fresh = withoutDeliveryId(taken, unreadable);
        }
        meters.duplicates(taken.stream().filter(PendingAppend::isRepetition).count());
        if (!fresh.isEmpty()) {
            commit(segment, fresh, millis);
        }
        if (paused) {
            LOG.info("The log is written again");
            paused = false;
        }
    }

    /** After a failure: a transaction that seemed to fail may have been written all the same. */
    private void catchUpWith(SegmentWriter segment) {
        if (segment.next() - 1 > signal.tail().offset()) {
            restoredTo[0] = signal.tail().offset();
            signal.move(new Position(segment.lastMillis(), segment.next() - 1));
            restored = false;
            restore();
        }
    }

    private List<PendingAppend> withoutDeliveryId(List<PendingAppend> taken, Exception unreadable) {
        LOG.error("Delivery ids cannot be checked; their events are refused", unreadable);
        List<PendingAppend> rest = new ArrayList<>();
        for (PendingAppend append : taken) {
            if (append.isRepetition()) {
                continue;
            }
            if (append.event().deliveryId() == null) {
                rest.add(append);
            } else {
                fail(append, new JournalFullException(JournalFullException.INDEX_BEHIND, RETRY_SOON, unreadable));
            }
        }
        return rest;
    }

    private void commit(SegmentWriter segment, List<PendingAppend> fresh, long millis) throws SQLException {
        List<List<PendingAppend>> rows = rows(fresh);
        List<StoredBatch> stored = new ArrayList<>(rows.size());
        List<Batch> batches = new ArrayList<>(rows.size());
        long next = segment.next();
        long bytes = 3L * SegmentWriter.PAGE_BYTES;
        for (List<PendingAppend> row : rows) {
            List<PositionedEvent> events = new ArrayList<>(row.size());
            for (PendingAppend append : row) {
                Position position = new Position(millis, next + events.size());
                append.writtenAt(position);
                events.add(new PositionedEvent(position, append.event()));
            }
            List<Event> plain = events.stream().map(PositionedEvent::event).toList();
            BatchSummary summary = BatchSummary.of(plain);
            StoredBatch batch = codec.encode(plain.get(0).channel(), next, millis, plain, summary);
            stored.add(batch);
            batches.add(Batch.of(batch.channel(), summary, events));
            bytes += batch.content().length;
            next += events.size();
        }
        long started = System.nanoTime();
        segment.append(stored, fault);
        meters.committed(fresh.size(), System.nanoTime() - started);
        recent.add(batches);
        fresh.forEach(append -> deliveries.remember(append.event(), append.position()));
        signal.move(new Position(millis, next - 1));
        checkpointer.written(segment.file(), bytes);
    }

    /** One row per channel, but no row much over 1 MiB and a large body alone. */
    private static List<List<PendingAppend>> rows(List<PendingAppend> fresh) {
        Map<String, List<PendingAppend>> open = new LinkedHashMap<>();
        Map<String, Long> sizes = new LinkedHashMap<>();
        List<List<PendingAppend>> rows = new ArrayList<>();
        for (PendingAppend append : fresh) {
            String channel = append.event().channel();
            boolean large = append.bytes() > LARGE_BODY;
            long size = sizes.getOrDefault(channel, 0L) + append.bytes();
            if (large || size > ROW_BYTES) {
                List<PendingAppend> full = open.remove(channel);
                if (full != null) {
                    rows.add(full);
                }
                size = append.bytes();
            }
            if (large) {
                rows.add(List.of(append));
                sizes.remove(channel);
            } else {
                open.computeIfAbsent(channel, name -> new ArrayList<>()).add(append);
                sizes.put(channel, size);
            }
        }
        rows.addAll(open.values());
        return rows;
    }

    private void restore() {
        if (!restored) {
            long indexedTo = deliveries.indexedTo();
            restoredTo[0] = Math.max(restoredTo[0], indexedTo == Long.MAX_VALUE ? signal.tail().offset() : indexedTo);
            restored = deliveries.restore(reader, restoredTo, signal.tail().offset(), clock.millis());
        }
    }

    /** Slows the log down to the pace of the index when its memory fills; false when that takes too long. */
    private boolean waitForIndex() {
        long started = System.nanoTime();
        restore();
        while (!restored || !deliveries.forgetIndexed()) {
            indexBehind = true;
            if (closing || System.nanoTime() - started > LONGEST_WAIT_NANOS) {
                return false;
            }
            LockSupport.parkNanos(SLOWEST_NANOS);
            deliveries.forgetIndexed();
            restore();
        }
        indexBehind = false;
        double fill = deliveries.fill();
        if (fill > 0.5) {
            LockSupport.parkNanos((long) ((fill - 0.5) * 2 * SLOWEST_NANOS));
        }
        return true;
    }

    private void pause(Throwable cause) {
        LOG.error("The log cannot be written; appends fail for {} s", PAUSE.toSeconds(), cause);
        active.abandon();
        paused = true;
        pausedUntil = System.nanoTime() + PAUSE.toNanos();
    }

    private void failAll(List<PendingAppend> appends, String code, Duration retryAfter, Throwable cause) {
        JournalFullException failure = new JournalFullException(code, retryAfter, cause);
        for (PendingAppend append : appends) {
            // A repetition of an event that is durable keeps its answer.
            if (!append.isRepetition()) {
                fail(append, failure);
            }
        }
    }

    private void fail(PendingAppend append, JournalFullException failure) {
        append.fail(failure);
        meters.rejected(failure.code(), 1);
    }
}
