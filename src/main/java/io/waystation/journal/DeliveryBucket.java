package io.waystation.journal;

/** What the memory keeps of one bucket of delivery ids. Written by the recorder's thread, read by others. */
final class DeliveryBucket {
    private final DeliveryFilter filter;
    private volatile long newestMillis;

    DeliveryBucket(DeliveryFilter filter, long newestMillis) {
        this.filter = filter;
        this.newestMillis = newestMillis;
    }

    DeliveryFilter filter() {
        return filter;
    }

    /** When its newest event was accepted. */
    long newestMillis() {
        return newestMillis;
    }

    void add(DeliveryHash hash, long millis) {
        filter.add(hash.hash());
        newestMillis = Math.max(newestMillis, millis);
    }
}
