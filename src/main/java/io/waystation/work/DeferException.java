package io.waystation.work;

import java.time.Duration;
import java.time.Instant;

/**
 * Thrown in an item's route: the item waits and is run again later; no attempt is spent.
 *
 * <p>For what is not the item's fault: an open breaker, a rate limit, a cap, an approval that is missing.
 * No stack trace is filled in, because deferring is ordinary and may be frequent.
 */
public final class DeferException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Instant until;
    private final Duration delay;
    private final Scope scope;

    private DeferException(Instant until, Duration delay, Scope scope, String reason) {
        super(reason, null, false, false);
        this.until = until;
        this.delay = delay;
        this.scope = scope;
    }

    /** What waits. */
    enum Scope {
        /** This item. */
        ITEM,
        /** All items of the key, which then go on as before. */
        KEY,
        /** All items of the key, which comes back with one item: the others follow its success. */
        KEY_ON_TRIAL
    }

    /** Waits until a time; one in the past means at once. */
    public DeferException(Instant until, String reason) {
        this(until, null, Scope.ITEM, reason);
    }

    /** Waits so long from the end of this attempt. */
    public DeferException(Duration delay, String reason) {
        this(null, delay, Scope.ITEM, reason);
    }

    /**
     * Lets all items of the key wait until a time, this one first in line: the receiver is down, not the item bad. The key comes
     * back with one item, and the others follow its success.
     */
    public static DeferException wholeKey(Instant until, String reason) {
        return new DeferException(until, null, Scope.KEY_ON_TRIAL, reason);
    }

    /** The same for so long from the end of this attempt. */
    public static DeferException wholeKey(Duration delay, String reason) {
        return new DeferException(null, delay, Scope.KEY_ON_TRIAL, reason);
    }

    /** Lets all items of the key wait until a time because it has had its share: nothing is ill, and they go on as before. */
    public static DeferException throttled(Instant until, String reason) {
        return new DeferException(until, null, Scope.KEY, reason);
    }

    /** When the item may run again. */
    public Instant until(Instant now) {
        return until == null ? now.plus(delay) : until;
    }

    /** Whether everything of the key waits, not only this item. */
    public boolean isWholeKey() {
        return scope != Scope.ITEM;
    }

    Scope scope() {
        return scope;
    }
}
