package io.waystation.journal;

/**
 * Which dead letters to list, newest first.
 *
 * @param group only of this group, or null
 * @param channel only of this channel, or null
 * @param state only in this state, or null
 * @param before only older than the dead letter with this id, to page on; or null
 * @param limit at most so many, 1 to 1,000
 */
public record DeadLetterFilter(String group, String channel, DeadLetter.State state, String before, int limit) {
    private static final int MOST = 1_000;

    /** Checks the limit. */
    public DeadLetterFilter {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit must be from 1 to " + MOST + ", not " + limit);
        }
    }
}
