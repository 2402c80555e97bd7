package io.waystation.work;

/**
 * Which items to list, newest first.
 *
 * @param queue only of this queue, or null
 * @param key only of this key, or null
 * @param state only in this state, or null
 * @param before only with a smaller {@link WorkStatus#number()}, to page on; or null
 * @param limit at most so many, 1 to 1,000
 */
public record WorkFilter(String queue, String key, ItemState state, Long before, int limit) {
    private static final int MOST = 1_000;

    /** Checks the limit. */
    public WorkFilter {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit must be from 1 to " + MOST + ", not " + limit);
        }
    }

    /** The newest items of a queue in a state. */
    public static WorkFilter of(String queue, ItemState state, int limit) {
        return new WorkFilter(queue, null, state, null, limit);
    }
}
