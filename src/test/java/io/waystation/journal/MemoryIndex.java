package io.waystation.journal;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.waystation.event.Position;

/** An index of deliveries a test fills by hand from the log. */
final class MemoryIndex implements DeliveryIndex {
    private final Map<DeliveryKey, Position> known = new ConcurrentHashMap<>();
    private volatile long indexedTo;
    private volatile boolean broken;

    /** Indexes everything the log has by now. */
    void catchUp(Journal journal) {
        long tail = journal.tail().offset();
        for (long after = indexedTo; after < tail;) {
            var batch = journal.read(after, EventFilter.ALL, 1_000, 1 << 20);
            batch.events().forEach(event -> DeliveryKey.of(event.event())
                    .ifPresent(key -> known.put(key, event.position())));
            after = batch.last();
        }
        indexedTo = tail;
    }

    void breakDown(boolean now) {
        broken = now;
    }

    @Override
    public Map<DeliveryKey, Position> find(Collection<DeliveryKey> keys) {
        if (broken) {
            throw new IllegalStateException("index is broken on purpose");
        }
        Map<DeliveryKey, Position> found = new java.util.HashMap<>();
        for (DeliveryKey key : keys) {
            Position position = known.get(key);
            if (position != null) {
                found.put(key, position);
            }
        }
        return found;
    }

    @Override
    public long indexedTo() {
        return indexedTo;
    }
}
