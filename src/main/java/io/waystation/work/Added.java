package io.waystation.work;

/**
 * What became of an addition.
 *
 * @param result whether there is a new item
 * @param id the item: the new one, the one that waits, or the one that is known
 * @param operation operation that follows that item, or null
 */
public record Added(Result result, String id, String operation) {
    /** What became of an addition. */
    public enum Result {
        /** A new item is in the queue. */
        ADDED,
        /** An item of the key waited already and took the cause. */
        COALESCED,
        /** The id was known; nothing was changed. */
        KNOWN
    }
}
