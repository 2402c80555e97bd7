package io.waystation.work;

import org.jdbi.v3.core.Handle;

/**
 * Follows items that have an operation, in the very transactions that change them.
 *
 * <p>One observer is found in the registry by its type. Every call is made on the store's writer thread with its
 * handle, is followed by the commit that also changes the item, and is undone together with it. Calls for one item
 * come in the order of its life: {@code added}, then {@code claimed} and {@code deferred} in turn, then
 * {@code ended} exactly once. A dead letter that is replayed begins again with {@code added}, under a new operation id.
 * An implementation is short, touches nothing but the handle, and what it throws undoes the item's change.
 */
public interface WorkObserver {
    /** The item is in its queue now. Not called when its id was known or when it was coalesced into a waiting one. */
    void added(Handle handle, WorkItem item) throws Exception;

    /** An attempt begins; {@link WorkItem#attempt()} says which. */
    void claimed(Handle handle, WorkItem item) throws Exception;

    /** An attempt ended without an end: it waits for another one (retry, deferred, or the hub stopped meanwhile). */
    void deferred(Handle handle, WorkItem item, String reason) throws Exception;

    /** The item ended; a running one, one that waited, or one that never ran. */
    void ended(Handle handle, WorkItem item, WorkOutcome outcome) throws Exception;
}
