package io.waystation.http;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * Rounds over the streams of one event loop, in which each gets what is new for it.
 *
 * <p>A round gives the loop back between its slices. After it the loop rests from rounds for as long as it took, so that what
 * comes meanwhile goes out in one write for each stream: few streams wait for nothing, and many cost half as many writes or less.
 *
 * <p>{@link #signal} may be called anywhere, the slices run on the loop.
 */
public final class StreamRounds {
    private static final long LEAST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MOST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Executor loop;
    private final BooleanSupplier slice;
    private final AtomicReference<State> state = new AtomicReference<>(State.NONE);
    private long begun;

    /** Whether a round is under way or the loop rests from it, and whether there has to be another one. */
    private enum State { NONE, BUSY, AGAIN }

    /**
     * Rounds of which none is under way.
     *
     * @param loop the event loop; one that cannot wait never rests
     * @param slice serves some streams; true when others are left in this round, which also a failure of it ends
     */
    public StreamRounds(Executor loop, BooleanSupplier slice) {
        this.loop = loop;
        this.slice = slice;
    }

    /** There is something new: makes a round, or another one when one is under way. */
    public void signal() {
        if (state.getAndUpdate(now -> now == State.NONE ? State.BUSY : State.AGAIN) == State.NONE) {
            execute(this::begin);
        }
    }

    private void begin() {
        state.set(State.BUSY); // before anything new is looked at: whoever adds more from now on makes another round
        begun = System.nanoTime();
        slice();
    }

    private void slice() {
        boolean more = false;
        try {
            more = slice.getAsBoolean();
        } finally { // without what comes after it there would never be another round
            if (more) {
                execute(this::slice);
            } else {
                rest(Math.min(System.nanoTime() - begun, MOST_REST_NANOS));
            }
        }
    }

    private void rest(long nanos) {
        if (nanos < LEAST_REST_NANOS || !(loop instanceof ScheduledExecutorService timed)) {
            rested();
            return;
        }
        try {
            timed.schedule(this::rested, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            state.set(State.NONE); // the loop's connections are gone with it
        }
    }

    private void rested() {
        if (!state.compareAndSet(State.BUSY, State.NONE)) {
            execute(this::begin);
        }
    }

    private void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException stopping) {
            state.set(State.NONE); // the loop's connections are gone with it
        }
    }
}
