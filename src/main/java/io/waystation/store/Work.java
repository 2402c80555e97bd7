package io.waystation.store;

import org.jdbi.v3.core.Handle;

/**
 * A change to the store, run on the writer thread in a transaction shared with other works.
 *
 * <p>A work is short (a few milliseconds: everybody waits for it), touches nothing but the handle, and neither
 * commits nor rolls back. When it throws, its own changes are undone and the others' stay.
 *
 * @param <T> what it answers
 */
@FunctionalInterface
public interface Work<T> {
    /**
     * Makes the change.
     *
     * @param handle the writer's handle; valid only during the call
     * @return the answer, handed out after the commit
     */
    T run(Handle handle) throws Exception;
}
