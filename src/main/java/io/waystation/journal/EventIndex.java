package io.waystation.journal;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;

import io.waystation.event.EventBatch;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import io.waystation.store.GroupTransaction;
import io.waystation.store.Store;
import io.waystation.store.StoreException;
import org.jdbi.v3.core.Handle;

/**
 * One row per event in the store, written by the group {@value #GROUP}: attributes to list and find events by, and
 * the delivery ids that make a repetition known.
 *
 * <p>Thread-safe. Delivery ids lie in buckets of neighbouring offsets, each with a filter in memory, so that a new id
 * seldom costs a read and an insert touches few pages however large the index is.
 */
public final class EventIndex implements DeliveryIndex {
    /** Name of the group that fills the index. */
    public static final String GROUP = "recorder";

    static final int BUCKET_BITS = 15;

    private static final int FILTERS = 512;
    private static final int DELETE_AT_ONCE = 500;

    private final Store store;
    private final Clock clock;
    private final Duration window;
    private final NavigableMap<Long, DeliveryFilter> filters = new ConcurrentSkipListMap<>();
    /** Buckets whose filter is not stored yet; only the recorder's thread uses it. */
    private final ConcurrentSkipListSet<Long> unsealed = new ConcurrentSkipListSet<>();
    private volatile long indexedTo;
    private volatile long unfilteredBelow;

    private EventIndex(Store store, Clock clock, Duration window) {
        this.store = store;
        this.clock = clock;
        this.window = window;
    }

    /**
     * The index of a store.
     *
     * @param window how long a delivery id is remembered
     */
    public static EventIndex open(Store store, Clock clock, Duration window) {
        EventIndex index = new EventIndex(store, clock, window);
        store.read(handle -> {
            index.load(handle);
            return null;
        });
        return index;
    }

    private void load(Handle handle) {
        indexedTo = handle.createQuery("SELECT low_water FROM log_group WHERE name = :name").bind("name", GROUP)
                .mapTo(Long.class).findOne().orElse(0L);
        handle.createQuery("SELECT bucket, filter FROM delivery_bucket WHERE newest_millis >= :since "
                        + "ORDER BY bucket DESC LIMIT :most")
                .bind("since", clock.millis() - window.toMillis()).bind("most", FILTERS)
                .map((rows, context) -> filters.put(
                        rows.getLong("bucket"), DeliveryFilter.fromBytes(rows.getBytes("filter"))))
                .list();
        long current = bucketOf(indexedTo);
        filters.put(current, EventRows.filterOf(handle, current));
        unsealed.add(current);
        unfilteredBelow = filters.size() > FILTERS ? filters.firstKey() : 0;
    }

    static long bucketOf(long offset) {
        return offset >>> BUCKET_BITS;
    }

    @Override
    public long indexedTo() {
        return indexedTo;
    }

    @Override
    public Map<DeliveryKey, Position> find(Collection<DeliveryKey> keys) {
        Map<DeliveryKey, List<Long>> candidates = new HashMap<>();
        Map<DeliveryKey, DeliveryHash> hashes = new HashMap<>();
        for (DeliveryKey key : keys) {
            DeliveryHash hash = DeliveryHash.of(key);
            List<Long> buckets = bucketsThatMayContain(hash);
            if (!buckets.isEmpty()) {
                candidates.put(key, buckets);
                hashes.put(key, hash);
            }
        }
        return candidates.isEmpty() ? Map.of() : store.read(handle -> lookUp(handle, candidates, hashes));
    }

    private List<Long> bucketsThatMayContain(DeliveryHash hash) {
        List<Long> buckets = new ArrayList<>(0);
        filters.forEach((bucket, filter) -> {
            if (filter.mayContain(hash.hash())) {
                buckets.add(bucket);
            }
        });
        for (long bucket = oldestBucket(); bucket < unfilteredBelow; bucket++) {
            buckets.add(bucket);
        }
        return buckets;
    }

    private long oldestBucket() {
        return unfilteredBelow == 0 ? 0 : Math.max(0, unfilteredBelow - FILTERS); // beyond that ids are forgotten
    }

    private Map<DeliveryKey, Position> lookUp(
            Handle handle, Map<DeliveryKey, List<Long>> candidates, Map<DeliveryKey, DeliveryHash> hashes) {
        Map<DeliveryKey, Position> found = new HashMap<>();
        long since = clock.millis() - window.toMillis();
        try (EventRows.DeliveryLookup lookup = new EventRows.DeliveryLookup(handle)) {
            for (Map.Entry<DeliveryKey, List<Long>> candidate : candidates.entrySet()) {
                for (long bucket : candidate.getValue()) {
                    lookup.find(bucket, hashes.get(candidate.getKey()), since).ifPresent(position -> found.merge(
                            candidate.getKey(), position, (a, b) -> a.compareTo(b) <= 0 ? a : b));
                }
            }
        } catch (SQLException e) {
            throw new StoreException(StoreException.Code.FAILED, "the index of delivery ids cannot be read", e);
        }
        return found;
    }

    /** Adds a batch to the index in the transaction that commits the recorder's position. */
    void record(EventBatch batch, GroupTransaction transaction) {
        List<EventRows.Delivery> deliveries = new ArrayList<>();
        for (PositionedEvent record : batch.events()) {
            DeliveryKey.of(record.event()).ifPresent(
                    key -> deliveries.add(new EventRows.Delivery(DeliveryHash.of(key), record.position())));
        }
        List<Sealed> sealed = new ArrayList<>();
        for (EventRows.Delivery delivery : deliveries) {
            long bucket = delivery.bucket();
            filters.computeIfAbsent(bucket, this::begin).add(delivery.hash().hash());
        }
        sealPassed(batch, sealed);
        transaction.enlist(handle -> {
            EventRows.insertEvents(handle.getConnection(), batch.events());
            EventRows.insertDeliveries(handle.getConnection(), deliveries);
            for (Sealed full : sealed) {
                EventRows.sealBucket(handle, full.bucket(), full.filter(), full.newestMillis());
            }
            return null;
        });
        transaction.afterCommit(() -> indexedTo = Math.max(indexedTo, batch.last()));
    }

    private DeliveryFilter begin(long bucket) {
        if (filters.size() >= FILTERS) {
            unfilteredBelow = filters.pollFirstEntry().getKey() + 1;
        }
        unsealed.add(bucket);
        return new DeliveryFilter();
    }

    /** Buckets that end within this batch are stored with their filter, for the next start. */
    private void sealPassed(EventBatch batch, List<Sealed> sealed) {
        PositionedEvent newest = batch.events().get(batch.events().size() - 1);
        Set<Long> passed = unsealed.headSet(bucketOf(batch.last() + 1));
        for (long bucket : passed) {
            sealed.add(new Sealed(bucket, filters.get(bucket), newest.position().millis()));
        }
        passed.clear();
    }

    /** The event with an id, if it is indexed. */
    public Optional<IndexEntry> find(String eventId) {
        return store.read(handle -> handle.createQuery(EventRows.SELECT_EVENT + " WHERE id_hash = :hash AND event_id = :id")
                .bind("hash", EventRows.idHash(eventId)).bind("id", eventId)
                .map((rows, context) -> EventRows.map(rows)).findFirst());
    }

    /**
     * Indexed events, newest first.
     *
     * @param channel only of this channel, or null for all
     * @param before only before this offset; {@link Long#MAX_VALUE} for the newest
     * @param limit at most so many
     */
    public List<IndexEntry> list(String channel, long before, int limit) {
        String condition = channel == null ? "" : " AND channel = :channel";
        return store.read(handle -> {
            var query = handle.createQuery(EventRows.SELECT_EVENT + " WHERE log_offset < :before" + condition
                    + " ORDER BY log_offset DESC LIMIT :limit").bind("before", before).bind("limit", limit);
            if (channel != null) {
                query.bind("channel", channel);
            }
            return query.map((rows, context) -> EventRows.map(rows)).list();
        });
    }

    /** Deletes rows of events the log no longer has, and delivery ids past their time. */
    void expire(long oldestOffset) {
        int deleted;
        do {
            deleted = store.writeNow(handle -> EventRows.deleteEvents(handle, oldestOffset, DELETE_AT_ONCE));
        } while (deleted > 0);
        long before = clock.millis() - window.toMillis();
        do {
            deleted = store.writeNow(handle -> EventRows.deleteDeliveries(handle, before, DELETE_AT_ONCE));
        } while (deleted > 0);
    }

    /** A bucket whose last offset has been recorded. */
    private record Sealed(long bucket, DeliveryFilter filter, long newestMillis) {
    }
}
