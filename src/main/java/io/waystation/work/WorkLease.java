package io.waystation.work;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.waystation.store.GroupTransaction;
import io.waystation.store.Work;
import org.apache.camel.Exchange;

/**
 * The right to run one attempt of an item, and the transaction that will record its end.
 *
 * <p>A lease is fenced: once the item was given to another attempt, cancelled or ended, nothing is written through
 * it any more. What is {@linkplain #enlist enlisted} is committed with the item's success, exactly once, and never
 * after a failure. Thread-safe.
 */
public interface WorkLease extends GroupTransaction {
    /** Exchange property that holds the lease while the item's route runs. */
    String PROPERTY = "CamelWaystationWorkLease";

    /** The item. */
    WorkItem item();

    /** Rises with every attempt; a write of an older one changes nothing. */
    long fence();

    /** Whether the attempt should go on: it is the item's current one and nobody asked it to stop. */
    boolean isHeld();

    /** Why it should stop, once somebody has cancelled or superseded the item. */
    Optional<String> stopReason();

    /**
     * Runs an action when the attempt should stop; at once when it should already.
     *
     * @param action must not block
     */
    void onStop(Runnable action);

    /**
     * Refuses cancelling and superseding from now on: the attempt is past its point of no return.
     *
     * @throws LeaseLostException when it was told to stop before
     */
    void shield();

    /**
     * Makes a change to the store now, if the lease still stands, and waits for it.
     *
     * @return what the work answers
     * @throws LeaseLostException when the fence is stale; nothing was changed
     */
    <T> T write(Work<T> work);

    /**
     * The same without waiting.
     *
     * @return fails with {@link LeaseLostException} when the fence is stale
     */
    <T> CompletableFuture<T> writeLater(Work<T> work);

    /**
     * How long until the next attempt, by the schedule, if this one fails; empty when it is the last. Each call draws the
     * random part anew.
     */
    Optional<Duration> scheduledRetry();

    /** The lease under which an exchange runs, if it runs an item. */
    static Optional<WorkLease> of(Exchange exchange) {
        return Optional.ofNullable(exchange.getProperty(PROPERTY, WorkLease.class));
    }
}
