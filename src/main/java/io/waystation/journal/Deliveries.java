package io.waystation.journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.waystation.event.Event;
import io.waystation.event.Position;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds repeated deliveries: the newest in memory, those already indexed in the index. For the writer thread. */
final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    private static final long BYTES_PER_KEY = 160;
    private static final long MEAN_KEY_BYTES = 512;

    private final DeliveryIndex index;
    private final long windowMillis;
    private final int most;
    private final Map<DeliveryKey, Position> unindexed = new LinkedHashMap<>();
    private long bytes;
    private volatile int size;

    Deliveries(DeliveryIndex index, Duration window, int most) {
        this.index = index;
        this.windowMillis = window.toMillis();
        this.most = most;
    }

    /**
     * Marks the repetitions among some appends and returns the others.
     *
     * @param now milliseconds the window ends at
     * @throws IndexUnreadableException when the index fails; then no append with a delivery id may be written
     */
    List<PendingAppend> separate(List<PendingAppend> appends, long now) throws IndexUnreadableException {
        Map<DeliveryKey, PendingAppend> firsts = new LinkedHashMap<>();
        List<PendingAppend> fresh = new ArrayList<>(appends.size());
        for (PendingAppend append : appends) {
            DeliveryKey key = DeliveryKey.of(append.event()).orElse(null);
            Position known = key == null ? null : unindexed.get(key);
            if (known != null && isInWindow(known, now)) {
                append.repeats(known);
                continue;
            }
            PendingAppend first = key == null ? null : firsts.putIfAbsent(key, append);
            if (first != null) {
                append.repeats(first);
                continue;
            }
            fresh.add(append);
        }
        if (!firsts.isEmpty()) {
            lookUp(firsts, now);
            fresh.removeIf(PendingAppend::isRepetition);
        }
        return fresh;
    }

    private void lookUp(Map<DeliveryKey, PendingAppend> firsts, long now) throws IndexUnreadableException {
        Map<DeliveryKey, Position> indexed;
        try {
            indexed = index.find(firsts.keySet());
        } catch (RuntimeException failed) {
            throw new IndexUnreadableException(failed);
        }
        indexed.forEach((key, position) -> {
            PendingAppend first = firsts.get(key);
            if (first != null && isInWindow(position, now)) {
                first.repeats(position);
            }
        });
    }

    private boolean isInWindow(Position position, long now) {
        return position.millis() >= now - windowMillis;
    }

    /** Remembers a written event until it is indexed. */
    void remember(Event event, Position position) {
        DeliveryKey.of(event).ifPresent(key -> {
            if (unindexed.remove(key) == null) {
                bytes += weight(key);
            }
            unindexed.put(key, position); // behind all others, as its offset is
            size = unindexed.size();
        });
    }

    /** Forgets what the index has; whether there is room for more. */
    boolean forgetIndexed() {
        if (!unindexed.isEmpty()) {
            long indexedTo = index.indexedTo();
            Iterator<Map.Entry<DeliveryKey, Position>> oldest = unindexed.entrySet().iterator();
            while (oldest.hasNext()) {
                Map.Entry<DeliveryKey, Position> entry = oldest.next();
                if (entry.getValue().offset() > indexedTo) {
                    break;
                }
                bytes -= weight(entry.getKey());
                oldest.remove();
            }
            size = unindexed.size();
        }
        return fill() < 1;
    }

    /** How full the memory is, 1 is full. */
    double fill() {
        return Math.max((double) unindexed.size() / most, (double) bytes / (most * MEAN_KEY_BYTES));
    }

    /** Offset behind which the log has to be read when it is opened. */
    long indexedTo() {
        return index.indexedTo();
    }

    /** How many delivery ids wait to be indexed; from any thread. */
    int size() {
        return size;
    }

    /** Reads the part of the log the index has not seen; returns early, with false, when memory is full. */
    boolean restore(LogReader reader, long[] from, long tail, long now) {
        while (from[0] < tail) {
            var batch = reader.read(from[0], EventFilter.ALL, 2_000, 8L << 20);
            batch.events().forEach(event -> {
                if (isInWindow(event.position(), now)) {
                    remember(event.event(), event.position());
                }
            });
            from[0] = batch.last();
            if (!forgetIndexed()) {
                LOG.warn("{} delivery ids wait for the index; appends wait until it catches up", size);
                return false;
            }
        }
        return true;
    }

    private static long weight(DeliveryKey key) {
        return BYTES_PER_KEY + key.scope().length() + key.deliveryId().length();
    }

    /** The index could not answer. */
    static final class IndexUnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        IndexUnreadableException(Throwable cause) {
            super(cause);
        }
    }
}
