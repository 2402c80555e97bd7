package io.waystation.work.operation;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.http.ProblemException;
import io.waystation.http.ResponseStream;
import io.waystation.http.StreamFrame;
import io.waystation.store.Store;

/**
 * Brings the events of operations to the browsers that follow them: each at its own pace, in order, exactly once for each
 * connection.
 *
 * <p>A thread of its own reads what was committed from the store, in the order of the ids, so that what a stream shows is on
 * disk and nothing that was undone is shown. Thread-safe.
 */
final class OperationStreams implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OperationStreams.class);
    private static final Map<String, String> HEADERS = Map.of("Content-Type", "text/event-stream",
            "Cache-Control", "no-cache, no-transform", "X-Accel-Buffering", "no"); // nginx would hold frames back
    private static final StreamFilter EVERYTHING = new StreamFilter(null, null, false, Set.of(), Set.of());
    /** No blank line: a comment alone must not end an event that is under way. */
    private static final byte[] HEARTBEAT = ": waiting\n".getBytes(StandardCharsets.US_ASCII);
    private static final int PIECE_EVENTS = 64;
    private static final int PIECE_BYTES = 32 * 1024;
    private static final int TAIL_EVENTS = 512;
    private static final long TAIL_BYTES = 4L << 20;
    private static final long LOOK_MILLIS = 1_000;

    private final Store store;
    private final OperationLimits limits;
    private final OperationMetrics metrics;
    private final EventRing ring;
    private final ExecutorService readers;
    private final ScheduledExecutorService timer;
    private final Thread tail = daemon(this::followStore, "operation-events");
    private final Semaphore committed = new Semaphore(0);
    private final ConcurrentMap<Executor, StreamLoop> loops = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean closed;
    private long heartbeatAt = System.nanoTime();

    OperationStreams(Store store, OperationLimits limits, OperationMetrics metrics, ScheduledExecutorService timer) {
        this.store = store;
        this.limits = limits;
        this.readers = Executors.newFixedThreadPool(limits.readers(), task -> daemon(task, "operation-reader"));
        this.metrics = metrics;
        this.timer = timer;
        this.ring = new EventRing(limits.ringEvents(), store.read(handle -> EventRows.range(handle).last()));
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Begins to read what is committed, and to look after the streams. */
    void start() {
        tail.start();
        long every = Math.max(1, Math.min(limits.heartbeat().toMillis() / 2, limits.stallTimeout().toMillis() / 4));
        timer.scheduleWithFixedDelay(this::tend, every, every, TimeUnit.MILLISECONDS);
    }

    /** Events may have been committed. Never blocks. */
    void signal() {
        committed.release();
    }

    private void followStore() {
        while (!closed) {
            try {
                if (committed.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    committed.drainPermits();
                }
                while (!closed && publish()) {
                    continue;
                }
            } catch (InterruptedException closing) {
                return;
            } catch (Throwable failure) { // streams wait for this thread
                LOG.warn("Reading the events of operations failed and is tried again: {}", failure.toString());
                pause();
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(closed ? 0 : LOOK_MILLIS);
        } catch (InterruptedException closing) {
            closed = true;
        }
    }

    /** Takes the next events from the store; true when there may be more. */
    private boolean publish() {
        List<OperationEvent> events = store.read(handle ->
                EventRows.read(handle, EVERYTHING, ring.last(), Long.MAX_VALUE, TAIL_EVENTS, TAIL_BYTES));
        events.forEach(ring::add);
        if (!events.isEmpty()) {
            metrics.published(events.size());
            loops.values().forEach(StreamLoop::signal);
        }
        return !events.isEmpty();
    }

    /**
     * Takes a place for a stream, to be given back by {@link #release} when it is not opened.
     *
     * @throws ProblemException 503 {@code too-many-streams}
     */
    void reserve() {
        if (open.incrementAndGet() > limits.streams()) {
            open.decrementAndGet();
            throw new ProblemException(503, "too-many-streams", "The hub has as many streams of operations as it may have;"
                    + " close some or try again later.", Map.of("Retry-After", "10"));
        }
    }

    void release() {
        open.decrementAndGet();
    }

    /** Opens a stream for which a place was taken, if its browser is still there. On the connection's event loop. */
    void open(ResponseStream response, StreamFilter filter, long after, List<StreamFrame> opening) {
        boolean there = false;
        try {
            there = response.open(200, HEADERS);
        } finally {
            if (!there) {
                release();
            }
        }
        if (there) {
            OperationStream stream = new OperationStream(this, response, filter, after);
            loops.computeIfAbsent(response.loop(), StreamLoop::new).add(stream);
            response.onClose(stream::close); // before anything that may fail: whoever joined leaves
            opening.forEach(stream::write);
            response.onWritable(stream::pump);
            stream.pump();
        }
    }

    void left(OperationStream stream) {
        loops.get(stream.response().loop()).remove(stream);
        release();
    }

    /**
     * Runs something that reads the store.
     *
     * @throws ProblemException 503 {@code stopping}; the place that was taken is given back
     */
    void read(Runnable action) {
        try {
            readers.execute(action);
        } catch (RejectedExecutionException stopping) {
            release();
            throw new ProblemException(503, "stopping", "The hub is stopping.");
        }
    }

    /** Reads on for a stream that is behind what memory holds. */
    CompletableFuture<Stored> read(StreamFilter filter, long after) {
        try {
            return CompletableFuture.supplyAsync(() -> readStored(filter, after), readers);
        } catch (RejectedExecutionException closing) {
            return CompletableFuture.failedFuture(closing);
        }
    }

    private Stored readStored(StreamFilter filter, long after) {
        long last = ring.last(); // what comes later comes from memory
        List<OperationEvent> events =
                store.read(handle -> EventRows.read(handle, filter, after, last, PIECE_EVENTS, PIECE_BYTES));
        long bytes = events.stream().mapToLong(event -> event.frame().length()).sum();
        boolean all = events.size() < PIECE_EVENTS && bytes < PIECE_BYTES;
        return new Stored(events, all ? last : events.get(events.size() - 1).id());
    }

    /**
     * Some stored events.
     *
     * @param readTo id up to which everything the filter shows is in them
     */
    record Stored(List<OperationEvent> events, long readTo) {
    }

    private void tend() {
        try {
            long now = System.nanoTime();
            boolean heartbeat = now - heartbeatAt >= limits.heartbeat().toNanos() / 2 * 9 / 10;
            if (heartbeat) {
                heartbeatAt = now;
            }
            StreamFrame frame = StreamFrame.of(HEARTBEAT);
            long stall = limits.stallTimeout().toNanos();
            loops.values().forEach(loop -> loop.each(stream -> stream.tend(heartbeat, frame, stall)));
        } catch (RuntimeException failure) { // a scheduled task that throws would never run again
            LOG.warn("Looking after streams of operations failed", failure);
        }
    }

    void later(Executor loop, Runnable action) {
        try {
            timer.schedule(() -> loop.execute(action), 1, TimeUnit.SECONDS);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("Not run, the hub is closing: its streams are cut anyway", stopping);
        }
    }

    EventRing ring() {
        return ring;
    }

    OperationMetrics metrics() {
        return metrics;
    }

    int count() {
        return open.get();
    }

    /** Drops every stream without a clean end, so that browsers come back. */
    void cutAll(String reason) {
        loops.values().forEach(loop -> loop.each(stream -> stream.cut(reason)));
    }

    @Override
    public void close() {
        closed = true;
        tail.interrupt();
        readers.shutdownNow();
        cutAll("drain");
    }
}
