package io.waystation.journal;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

import io.waystation.event.EventBatch;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import io.waystation.store.GroupTransaction;
import io.waystation.store.Store;
import io.waystation.store.StoreException;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One row per event in the store, written by the group {@value #GROUP}: attributes to list and find events by, and
 * the delivery ids that make a repetition known.
 *
 * <p>Thread-safe. Delivery ids lie in buckets of neighbouring offsets, each with a filter in memory, so that a new id
 * seldom costs a read and an insert touches few pages however large the index is. A bucket without a filter is never
 * read: when there are more than {@value #BUCKETS} in the window, or more than a quarter of the heap holds, the ids of the oldest are forgotten before their time.
 */
public final class EventIndex implements DeliveryIndex {
    /** Name of the group that fills the index. */
    public static final String GROUP = "recorder";

    static final int BUCKET_BITS = 15;

    private static final Logger LOG = LoggerFactory.getLogger(EventIndex.class);
    /** Buckets remembered, if the heap has room: 33.5 million events. */
    private static final int BUCKETS = 1024;
    private static final long BUCKET_BYTES = 96 << 10;
    private static final long PART_OF_HEAP = 4;
    /** Keeps one read far below the limit of the store, even when every lookup goes to the disk. */
    private static final int LOOKUPS_AT_ONCE = 256;
    private static final int DELETE_AT_ONCE = 500;
    /** A webhook waits for so many lookups rather than for the reading of filters. */
    private static final int LOOKUPS_WITHOUT_FILTERS = 1_000;

    private final Store store;
    private final Clock clock;
    private final Duration window;
    private final int bucketBits;
    private final int mostBuckets;
    private final ConcurrentNavigableMap<Long, DeliveryBucket> buckets = new ConcurrentSkipListMap<>();
    /** Buckets whose filter is not stored yet; only the recorder's thread adds to them. */
    private final ConcurrentNavigableMap<Long, DeliveryBucket> unsealed = new ConcurrentSkipListMap<>();
    private volatile long indexedTo;
    private boolean forgetsEarly;
    /** Whether every bucket's filter is in memory, so far as it can be read. */
    private volatile boolean isRead;

    EventIndex(Store store, Clock clock, Duration window, int bucketBits, int mostBuckets) {
        this.store = store;
        this.clock = clock;
        this.window = window;
        this.bucketBits = bucketBits;
        this.mostBuckets = mostBuckets;
        store.read(handle -> {
            load(handle);
            return null;
        });
    }

    /**
     * The index of a store.
     *
     * @param window how long a delivery id is remembered
     */
    public static EventIndex open(Store store, Clock clock, Duration window) {
        return new EventIndex(store, clock, window, BUCKET_BITS, bucketsFor(Runtime.getRuntime().maxMemory()));
    }

    /** How many buckets are remembered in a heap of so many bytes: a quarter of it at most. */
    static int bucketsFor(long heap) {
        return (int) Math.max(2, Math.min(BUCKETS, heap / PART_OF_HEAP / BUCKET_BYTES));
    }

    private void load(Handle handle) {
        indexedTo = handle.createQuery("SELECT low_water FROM log_group WHERE name = :name").bind("name", GROUP)
                .mapTo(Long.class).findOne().orElse(0L);
        handle.createQuery("SELECT bucket FROM delivery_bucket ORDER BY bucket DESC LIMIT :most").bind("most", mostBuckets - 1)
                .mapTo(Long.class).forEach(number -> buckets.put(number, DeliveryBucket.unread()));
        DeliveryBucket open = DeliveryBucket.unread();
        buckets.put(bucketOf(indexedTo), open);
        unsealed.put(bucketOf(indexedTo), open);
    }

    /**
     * Reads what the start left in the store, which takes the longer the more events there are: the hub answers before it, and
     * until it is done each new delivery id is looked up in the store.
     */
    private synchronized void readBuckets() {
        if (isRead) {
            return;
        }
        for (Map.Entry<Long, DeliveryBucket> entry : buckets.descendingMap().entrySet()) {
            long number = entry.getKey();
            if (!entry.getValue().isRead()) {
                boolean open = unsealed.containsKey(number);
                DeliveryBucket read = open ? store.read(handle -> EventRows.openBucket(handle, number)) : sealedBucket(number);
                if (read.isRead() && buckets.replace(number, entry.getValue(), read) && open) {
                    unsealed.put(number, read);
                }
            }
        }
        isRead = true;
    }

    /** A bucket that cannot be read stays as it is: every id is looked up in it, which is slower and as true. */
    private DeliveryBucket sealedBucket(long number) {
        try {
            return store.read(handle -> EventRows.sealedBucket(handle, number));
        } catch (StoreException unreadable) {
            LOG.warn("The filter of the delivery ids of events {} and following cannot be read; they are looked up in the store until the next start",
                    number << bucketBits, unreadable);
            return DeliveryBucket.unread();
        }
    }

    private long bucketOf(long offset) {
        return offset >>> bucketBits;
    }

    private long windowStart() {
        return clock.millis() - window.toMillis();
    }

    @Override
    public long indexedTo() {
        return indexedTo;
    }

    @Override
    public Map<DeliveryKey, Position> find(Collection<DeliveryKey> keys) {
        if (!isRead && (long) keys.size() * buckets.size() > LOOKUPS_WITHOUT_FILTERS) {
            readBuckets();
        }
        long since = windowStart();
        List<Lookup> lookups = new ArrayList<>();
        for (DeliveryKey key : keys) {
            DeliveryHash hash = DeliveryHash.of(key);
            buckets.forEach((number, bucket) -> {
                if (bucket.mayContain(hash, since)) {
                    lookups.add(new Lookup(key, hash, number));
                }
            });
        }
        Map<DeliveryKey, Position> found = new HashMap<>();
        for (int from = 0; from < lookups.size(); from += LOOKUPS_AT_ONCE) {
            List<Lookup> some = lookups.subList(from, Math.min(lookups.size(), from + LOOKUPS_AT_ONCE));
            store.readUrgently(handle -> {
                lookUp(handle, some, since, found);
                return null;
            });
        }
        return found;
    }

    private static void lookUp(Handle handle, List<Lookup> lookups, long since, Map<DeliveryKey, Position> found) {
        try (EventRows.DeliveryLookup rows = new EventRows.DeliveryLookup(handle)) {
            for (Lookup lookup : lookups) {
                rows.find(lookup.bucket(), lookup.hash(), since).ifPresent(position -> found.merge(
                        lookup.key(), position, (a, b) -> a.compareTo(b) <= 0 ? a : b));
            }
        } catch (SQLException e) {
            throw new StoreException(StoreException.Code.FAILED, "the index of delivery ids cannot be read", e);
        }
    }

    /** Adds a batch to the index in the transaction that commits the recorder's position. */
    void record(EventBatch batch, GroupTransaction transaction) {
        readBuckets();
        List<EventRows.Delivery> deliveries = new ArrayList<>();
        for (PositionedEvent record : batch.events()) {
            DeliveryKey.of(record.event()).ifPresent(key -> deliveries.add(new EventRows.Delivery(
                    bucketOf(record.position().offset()), DeliveryHash.of(key), record.position())));
        }
        for (EventRows.Delivery delivery : deliveries) {
            buckets.computeIfAbsent(delivery.bucket(), this::begin).add(delivery.hash(), delivery.position().millis());
        }
        forgetSuperfluous();
        Map<Long, DeliveryBucket> passed = unsealed.headMap(bucketOf(batch.last() + 1));
        Map<Long, DeliveryBucket> sealed = Map.copyOf(passed);
        transaction.enlist(handle -> {
            EventRows.insertEvents(handle.getConnection(), batch.events());
            EventRows.insertDeliveries(handle.getConnection(), deliveries);
            sealed.forEach((number, bucket) -> EventRows.sealBucket(handle, number, bucket));
            return null;
        });
        transaction.afterCommit(() -> {
            passed.clear();
            indexedTo = Math.max(indexedTo, batch.last());
        });
    }

    private DeliveryBucket begin(long number) {
        DeliveryBucket bucket = new DeliveryBucket(new DeliveryFilter(), Long.MIN_VALUE);
        unsealed.put(number, bucket);
        return bucket;
    }

    private void forgetSuperfluous() {
        while (buckets.size() > mostBuckets) {
            DeliveryBucket forgotten = buckets.pollFirstEntry().getValue();
            if (!forgetsEarly && forgotten.newestMillis() >= windowStart()) {
                forgetsEarly = true;
                LOG.warn("More than {} events came within {}; deliveries older than that many events are not known "
                        + "as repeated any more", (long) mostBuckets << bucketBits, window);
            }
        }
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
        long before = windowStart();
        buckets.entrySet().removeIf(
                bucket -> bucket.getValue().newestMillis() < before && !unsealed.containsKey(bucket.getKey()));
        do {
            deleted = store.writeNow(handle -> EventRows.deleteDeliveries(handle, before, DELETE_AT_ONCE));
        } while (deleted > 0);
    }

    /** A delivery that may be in a bucket. */
    private record Lookup(DeliveryKey key, DeliveryHash hash, long bucket) {
    }
}
