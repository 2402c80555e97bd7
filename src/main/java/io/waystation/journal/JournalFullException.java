package io.waystation.journal;

import java.time.Duration;

/** The log cannot take an event now; nothing was written, and the sender should try again. */
public final class JournalFullException extends RuntimeException {
    /** Too many events wait for the disk. */
    public static final String QUEUE_FULL = "queue-full";

    /** The disk is full or fails. */
    public static final String DISK_FULL = "disk-full";

    /** The index of delivery ids is too far behind, or cannot be read. */
    public static final String INDEX_BEHIND = "index-behind";

    /** The hub is stopping. */
    public static final String CLOSING = "closing";

    private static final long serialVersionUID = 1L;

    private final String code;
    private final Duration retryAfter;

    /**
     * Says why and for how long.
     *
     * @param code one of the constants of this class
     * @param retryAfter when to try again
     * @param cause what failed, or null
     */
    public JournalFullException(String code, Duration retryAfter, Throwable cause) {
        super("The log takes no events now (" + code + "), try again in " + retryAfter.toSeconds() + " s", cause,
                false, false); // thrown in numbers when the hub has too much to do: no stack traces
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /** Stable code of the reason. */
    public String code() {
        return code;
    }

    /** When to try again, for {@code Retry-After}. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
