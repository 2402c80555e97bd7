package io.waystation.work;

import java.util.Map;

/**
 * How a queue stands.
 *
 * @param queue its name
 * @param counts items in each state that is not an end, and dead letters
 * @param oldestAgeSeconds age of the oldest item that is ready and does not run; 0 when there is none
 * @param running whether a route consumes it here
 */
public record QueueStatus(String queue, Map<ItemState, Long> counts, long oldestAgeSeconds, boolean running) {
    /** Items in a state. */
    public long count(ItemState state) {
        return counts.getOrDefault(state, 0L);
    }
}
