package io.waystation.work;

import java.time.Instant;

/**
 * Which items to list, newest first.
 *
 * @param queue only of this queue, or null
 * @param key only of this key, or null
 * @param state only in this state, or null
 * @param before only with a smaller {@link WorkStatus#number()}, to page on; or null
 * @param limit at most so many, 1 to 1,000
 * @param more further conditions
 */
public record WorkFilter(String queue, String key, ItemState state, Long before, int limit, More more) {
    private static final int MOST = 1_000;

    /** Checks the limit. */
    public WorkFilter {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit must be from 1 to " + MOST + ", not " + limit);
        }
    }

    /** A filter without further conditions. */
    public WorkFilter(String queue, String key, ItemState state, Long before, int limit) {
        this(queue, key, state, before, limit, More.NONE);
    }

    /** The newest items of a queue in a state. */
    public static WorkFilter of(String queue, ItemState state, int limit) {
        return new WorkFilter(queue, null, state, null, limit);
    }

    /**
     * Conditions that are not asked for often; each may be null.
     *
     * @param keyTree of this key, or of one that begins with it and a slash
     * @param idStart with an id that begins so
     * @param reason with a reason that contains this
     * @param since changed at this time or later
     * @param until changed before this time
     */
    public record More(String keyTree, String idStart, String reason, Instant since, Instant until) {
        /** None of them. */
        public static final More NONE = new More(null, null, null, null, null);
    }
}
