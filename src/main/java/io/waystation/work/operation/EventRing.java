package io.waystation.work.operation;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The newest events of all operations, in memory, for the streams that are up to date.
 *
 * <p>One thread adds; any thread reads.
 */
final class EventRing {
    private static final long MOST_BYTES = 16L << 20;

    private final ConcurrentSkipListMap<Long, OperationEvent> events = new ConcurrentSkipListMap<>();
    private final int most;
    private volatile long after;
    private volatile long last;
    private int size;
    private long bytes;

    /**
     * An empty ring.
     *
     * @param most events kept
     * @param last id behind which it begins
     */
    EventRing(int most, long last) {
        this.most = most;
        this.after = last;
        this.last = last;
    }

    /** Adds the next event. */
    void add(OperationEvent event) {
        events.put(event.id(), event);
        size++;
        bytes += event.frame().length();
        while (size > most || bytes > MOST_BYTES && size > 1) {
            Map.Entry<Long, OperationEvent> oldest = events.firstEntry();
            after = oldest.getKey(); // before it goes: whoever misses it must see that it is gone
            events.remove(oldest.getKey());
            size--;
            bytes -= oldest.getValue().frame().length();
        }
        last = event.id();
    }

    /** Id of the newest event. */
    long last() {
        return last;
    }

    /** Whether every event behind an id is here. */
    boolean covers(long id) {
        return id >= after;
    }

    /** The event that follows an id, or null when there is none; means nothing unless the ring still {@link #covers} the id. */
    OperationEvent next(long id) {
        Map.Entry<Long, OperationEvent> next = events.higherEntry(id);
        return next == null || next.getKey() > last ? null : next.getValue();
    }
}
