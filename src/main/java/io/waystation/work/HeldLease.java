package io.waystation.work;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

import io.waystation.store.Store;
import io.waystation.store.Work;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt that runs in this process. */
final class HeldLease implements WorkLease {
    private static final Logger LOG = LoggerFactory.getLogger(HeldLease.class);

    private final Store store;
    private final Endings endings;
    private final long seq;
    private final WorkItem item;
    private final long fence;
    private final RetrySchedule schedule;
    private final double jitter;
    private final boolean trial;
    private final long begun = System.nanoTime();
    private final List<Work<?>> effects = new ArrayList<>(1);
    private final List<Runnable> afterCommit = new ArrayList<>(0);
    private final List<Runnable> onStop = new ArrayList<>(0);
    private Thread thread;
    private String stopReason;
    private boolean ended;

    HeldLease(Store store, Endings endings, Claims.Claim claim, QueueOptions options) {
        this.store = store;
        this.endings = endings;
        this.seq = claim.status().number();
        this.item = claim.item();
        this.fence = claim.fence();
        this.schedule = claim.retry() == null ? options.retry() : RetrySchedule.parse(claim.retry());
        this.jitter = options.jitter();
        this.trial = claim.trial();
    }

    /** Whether its success lets the other items of its key follow. */
    boolean isTrial() {
        return trial;
    }

    long seq() {
        return seq;
    }

    @Override
    public WorkItem item() {
        return item;
    }

    @Override
    public long fence() {
        return fence;
    }

    /** Nanoseconds since it began. */
    long age() {
        return System.nanoTime() - begun;
    }

    /**
     * How long until the next attempt.
     *
     * @param override what the route says: a wait, {@code none}, or null
     * @return empty when there is none
     */
    Optional<Duration> nextAttempt(String override) {
        Optional<Duration> wait = override == null ? schedule.after(item.attempt()) : RetrySchedule.parse(override).after(1);
        return wait.map(exact -> override != null || jitter == 0 ? exact
                : exact.plusMillis((long) (exact.toMillis() * jitter * ThreadLocalRandom.current().nextDouble())));
    }

    @Override
    public Optional<Duration> scheduledRetry() {
        return nextAttempt(null);
    }

    @Override
    public synchronized boolean isHeld() {
        return stopReason == null && !ended;
    }

    @Override
    public synchronized Optional<String> stopReason() {
        return Optional.ofNullable(stopReason);
    }

    @Override
    public void onStop(Runnable action) {
        synchronized (this) {
            if (stopReason == null) {
                onStop.add(action);
                return;
            }
        }
        action.run();
    }

    /** Tells the attempt to stop: its actions for it run, and the thread that runs it is interrupted. */
    void stop(String reason) {
        List<Runnable> actions;
        synchronized (this) {
            if (stopReason != null || ended) {
                return;
            }
            stopReason = reason;
            actions = List.copyOf(onStop);
            if (thread != null) {
                thread.interrupt();
            }
        }
        for (Runnable action : actions) {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.warn("Telling item {} of queue {} to stop failed", item.id(), item.queue(), e);
            }
        }
    }

    /** The calling thread runs the route now; what stops the attempt interrupts it. */
    synchronized void enter() {
        thread = Thread.currentThread();
        if (stopReason != null) {
            thread.interrupt();
        }
    }

    /** The calling thread runs the route no longer. */
    synchronized void leave() {
        thread = null;
        if (stopReason != null) {
            Thread.interrupted(); // meant for this attempt, not for the next one on this thread
        }
    }

    @Override
    public void shield() {
        boolean shielded = store.writeNow(handle -> {
            try (Statements statements = new Statements(handle)) {
                return endings.shield(statements, this);
            }
        });
        if (!shielded) {
            throw lost();
        }
    }

    @Override
    public <T> T write(Work<T> work) {
        return Store.await(writeLater(work));
    }

    @Override
    public <T> CompletableFuture<T> writeLater(Work<T> work) {
        return store.write(handle -> {
            try (Statements statements = new Statements(handle)) {
                if (!endings.stands(statements, this)) {
                    throw lost();
                }
            }
            return work.run(handle);
        });
    }

    private LeaseLostException lost() {
        return new LeaseLostException("attempt " + item.attempt() + " of item " + item.id() + " in queue " + item.queue()
                + " must not go on: " + stopReason().orElse("it is no longer the item's current one"));
    }

    @Override
    public synchronized void enlist(Work<?> work) {
        refuseAfterEnd();
        effects.add(work);
    }

    @Override
    public synchronized void afterCommit(Runnable action) {
        refuseAfterEnd();
        afterCommit.add(action);
    }

    private void refuseAfterEnd() {
        if (ended) {
            throw new IllegalStateException("the attempt has ended; effects are enlisted while its route runs");
        }
    }

    /** Nothing is enlisted from now on. */
    synchronized void ended() {
        ended = true;
    }

    synchronized List<Work<?>> effects() {
        return List.copyOf(effects);
    }

    synchronized List<Runnable> actionsAfterCommit() {
        return List.copyOf(afterCommit);
    }
}
