package io.waystation.store;

import java.util.Optional;

import org.apache.camel.Exchange;

/**
 * The transaction that will record an event as done for its group; effects enlisted here happen exactly once.
 *
 * <p>A consumer of the log puts one on every exchange it starts, as the property {@link #PROPERTY}. Works
 * enlisted while the exchange runs are committed together with the group's position after the exchange has
 * ended well, and never when it has failed. Thread-safe.
 */
public interface GroupTransaction {
    /** Exchange property that holds the transaction. */
    String PROPERTY = "CamelWaystationGroupTransaction";

    /**
     * Adds a change to the transaction.
     *
     * @param work runs on the store's writer thread after the exchange has ended well
     * @throws IllegalStateException when the exchange has ended already
     */
    void enlist(Work<?> work);

    /**
     * Adds something to do once the transaction is on disk, such as waking a worker; it is lost when the process
     * dies in between.
     *
     * @param action runs on a thread of the store and must not block
     * @throws IllegalStateException when the exchange has ended already
     */
    void afterCommit(Runnable action);

    /** The transaction of an exchange that a group of the log started, if one did. */
    static Optional<GroupTransaction> of(Exchange exchange) {
        return Optional.ofNullable(exchange.getProperty(PROPERTY, GroupTransaction.class));
    }
}
