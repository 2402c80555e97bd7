package io.waystation.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that all request bodies held in memory may take together; an eighth of them is for small bodies only, so that
 * large ones never keep those out.
 *
 * <p>Thread-safe.
 */
final class BodyBudget {
    /** Bytes of the largest body that is a small one. */
    static final int SMALL = 64 << 10;

    private static final int SHARE_OF_SMALL = 8;

    private final long limit;
    private final long limitOfLarge;
    private final AtomicLong used = new AtomicLong();

    /**
     * Holds nothing yet.
     *
     * @param limit bytes of all bodies
     * @param largest bytes one body may take in any case
     */
    BodyBudget(long limit, long largest) {
        this.limit = limit;
        this.limitOfLarge = Math.min(limit, Math.max(largest, limit - limit / SHARE_OF_SMALL));
    }

    /**
     * Takes bytes, unless that would exceed the limit.
     *
     * @param bodySize bytes of the whole body they are for, as far as is known
     */
    boolean take(long bytes, long bodySize) {
        long before;
        do {
            before = used.get();
            if (before + bytes > limitFor(bodySize)) {
                return false;
            }
        } while (!used.compareAndSet(before, before + bytes));
        return true;
    }

    /** Whether a body of this size could be taken now. */
    boolean hasRoomFor(long bodySize) {
        return used.get() + bodySize <= limitFor(bodySize);
    }

    private long limitFor(long bodySize) {
        return bodySize <= SMALL ? limit : limitOfLarge;
    }

    void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}
