package io.waystation.journal;

/** What the memory keeps of one bucket of delivery ids. Written by the recorder's thread, read by others. */
final class DeliveryBucket {
    /** Null while the filter is only in the store. */
    private final DeliveryFilter filter;
    private volatile long newestMillis;

    DeliveryBucket(DeliveryFilter filter, long newestMillis) {
        this.filter = filter;
        this.newestMillis = newestMillis;
    }

    /** A bucket of which only the number is known: every id may be in it. */
    static DeliveryBucket unread() {
        return new DeliveryBucket(null, Long.MAX_VALUE);
    }

    boolean isRead() {
        return filter != null;
    }

    DeliveryFilter filter() {
        return filter;
    }

    /** Whether the store has to be asked for a delivery that is no older than a time. */
    boolean mayContain(DeliveryHash hash, long sinceMillis) {
        return filter == null || newestMillis >= sinceMillis && filter.mayContain(hash.hash());
    }

    /** When its newest event was accepted; far in the future while that is not known. */
    long newestMillis() {
        return newestMillis;
    }

    void add(DeliveryHash hash, long millis) {
        filter.add(hash.hash());
        newestMillis = Math.max(newestMillis, millis);
    }
}
