package io.waystation.channel;

/**
 * How much one channel or source may take. 0 means without limit.
 *
 * @param eventsPerSecond sustained posts per second
 * @param burst posts that may come at once before the rate applies
 * @param bytesPerDay bytes of events, with their headers and attributes, per UTC day
 * @param subscribers clients that may listen at once
 */
public record Quota(double eventsPerSecond, int burst, long bytesPerDay, int subscribers) {
    /** No limits at all. */
    public static final Quota UNLIMITED = new Quota(0, 0, 0, 0);

    /** Checks that no limit is negative and that a rate has a burst of at least one. */
    public Quota {
        if (!(eventsPerSecond >= 0) || burst < 0 || bytesPerDay < 0 || subscribers < 0) {
            throw new IllegalArgumentException("a limit must not be negative");
        }
        if (eventsPerSecond > 0 && burst == 0) {
            burst = (int) Math.min(Integer.MAX_VALUE, Math.ceil(Math.max(1, eventsPerSecond * 2)));
        }
    }

    /** Whether posts are limited in any way. */
    boolean limitsPosts() {
        return eventsPerSecond > 0 || bytesPerDay > 0;
    }
}
