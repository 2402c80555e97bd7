package io.waystation.work.operation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams whose connections live on one event loop.
 *
 * <p>New events go out in rounds over all streams. After a round the loop rests as long as that took, so that what comes
 * meanwhile goes out in one write for each stream: few streams wait for nothing, and many cost half as many writes.
 *
 * <p>{@link #signal} and {@link #each} may be called anywhere, everything else on the loop only.
 */
final class StreamLoop {
    private static final Logger LOG = LoggerFactory.getLogger(StreamLoop.class);
    private static final int SLICE = 256;
    private static final long LEAST_REST = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MOST_REST = TimeUnit.MILLISECONDS.toNanos(20);

    private final Executor loop;
    private final Set<OperationStream> streams = new LinkedHashSet<>();
    private final AtomicReference<Round> round = new AtomicReference<>(Round.NONE);

    /** Whether a round is under way or the loop rests from it, and whether there has to be another one. */
    private enum Round { NONE, BUSY, AGAIN }

    StreamLoop(Executor loop) {
        this.loop = loop;
    }

    void add(OperationStream stream) {
        streams.add(stream);
    }

    void remove(OperationStream stream) {
        streams.remove(stream);
    }

    /** New events are there. */
    void signal() {
        if (round.getAndUpdate(now -> now == Round.NONE ? Round.BUSY : Round.AGAIN) == Round.NONE) {
            execute(this::pump);
        }
    }

    private void pump() {
        round.set(Round.BUSY); // before the events are looked at: whoever adds more from now on makes another round
        long begun = System.nanoTime();
        slice(new ArrayDeque<>(streams), OperationStream::pump, () -> rest(Math.min(System.nanoTime() - begun, MOST_REST)));
    }

    private void rest(long nanos) {
        if (nanos < LEAST_REST || !(loop instanceof ScheduledExecutorService timed)) {
            rested();
            return;
        }
        try {
            timed.schedule(this::rested, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            round.set(Round.NONE); // the loop's connections are gone with it
        }
    }

    private void rested() {
        if (!round.compareAndSet(Round.BUSY, Round.NONE)) {
            execute(this::pump);
        }
    }

    /** Does something for every stream, giving the loop back in between. */
    void each(Consumer<OperationStream> action) {
        execute(() -> slice(new ArrayDeque<>(streams), action, () -> { }));
    }

    private void slice(Deque<OperationStream> rest, Consumer<OperationStream> action, Runnable after) {
        try {
            for (int i = 0; i < SLICE && !rest.isEmpty(); i++) {
                one(rest.remove(), action);
            }
        } finally { // without what comes after it there would never be another round
            if (rest.isEmpty()) {
                after.run();
            } else {
                execute(() -> slice(rest, action, after));
            }
        }
    }

    private static void one(OperationStream stream, Consumer<OperationStream> action) {
        try {
            action.accept(stream);
        } catch (RuntimeException | Error failure) { // the others of the loop wait behind this one
            LOG.warn("A stream of operations failed", failure);
        }
    }

    private void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException stopping) {
            round.set(Round.NONE); // the loop's connections are gone with it
        }
    }
}
