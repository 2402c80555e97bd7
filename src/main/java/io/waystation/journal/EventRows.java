package io.waystation.journal;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.waystation.event.Event;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import io.waystation.store.StoreException;
import org.jdbi.v3.core.Handle;

/** The tables {@code event}, {@code delivery} and {@code delivery_bucket}; plain JDBC where every microsecond counts. */
final class EventRows {
    private static final String INSERT_EVENT = "INSERT INTO event (log_offset, log_millis, event_id, id_hash, channel, "
            + "source, type, subject, event_key, verified, delivery_id, replay_of, size) "
            + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    private static final String INSERT_DELIVERY =
            "INSERT INTO delivery (bucket, hash, check_hash, log_offset, log_millis) VALUES (?, ?, ?, ?, ?)";
    private static final String FIND_DELIVERY =
            "SELECT check_hash, log_offset, log_millis FROM delivery WHERE bucket = ? AND hash = ?";
    private static final String DELIVERIES_OF_BUCKET = "SELECT hash, log_millis FROM delivery WHERE bucket = ?";
    static final String SELECT_EVENT = "SELECT log_offset, log_millis, event_id, channel, source, type, subject, "
            + "event_key, verified, delivery_id, replay_of, size FROM event";

    private EventRows() {
    }

    static void insertEvents(Connection connection, List<PositionedEvent> records) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_EVENT)) {
            for (PositionedEvent record : records) {
                Event event = record.event();
                insert.setLong(1, record.position().offset());
                insert.setLong(2, record.position().millis());
                insert.setString(3, event.id());
                insert.setLong(4, idHash(event.id()));
                insert.setString(5, event.channel());
                insert.setString(6, event.source());
                insert.setString(7, event.type());
                insert.setString(8, event.subject());
                insert.setString(9, event.key());
                insert.setString(10, event.verified());
                insert.setString(11, event.deliveryId());
                insert.setString(12, event.replayOf());
                insert.setLong(13, event.body().length);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** A delivery to remember. */
    record Delivery(long bucket, DeliveryHash hash, Position position) {
    }

    static void insertDeliveries(Connection connection, List<Delivery> deliveries) throws SQLException {
        if (deliveries.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT_DELIVERY)) {
            for (Delivery delivery : deliveries) {
                insert.setLong(1, delivery.bucket());
                insert.setLong(2, delivery.hash().hash());
                insert.setLong(3, delivery.hash().check());
                insert.setLong(4, delivery.position().offset());
                insert.setLong(5, delivery.position().millis());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Looks deliveries up one by one on one connection. */
    static final class DeliveryLookup implements AutoCloseable {
        private final PreparedStatement select;

        DeliveryLookup(Handle handle) throws SQLException {
            select = handle.getConnection().prepareStatement(FIND_DELIVERY);
        }

        /** The first event of a delivery in a bucket, no older than a time. */
        Optional<Position> find(long bucket, DeliveryHash hash, long sinceMillis) throws SQLException {
            select.setLong(1, bucket);
            select.setLong(2, hash.hash());
            Position first = null;
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    Position found = new Position(rows.getLong(3), rows.getLong(2));
                    if (rows.getLong(1) == hash.check() && found.millis() >= sinceMillis
                            && (first == null || found.offset() < first.offset())) {
                        first = found;
                    }
                }
            }
            return Optional.ofNullable(first);
        }

        @Override
        public void close() throws SQLException {
            select.close();
        }
    }

    static void sealBucket(Handle handle, long number, DeliveryBucket bucket) {
        handle.createUpdate("INSERT INTO delivery_bucket (bucket, filter, newest_millis) VALUES (:bucket, :filter, :newest) "
                        + "ON CONFLICT (bucket) DO UPDATE SET filter = excluded.filter, newest_millis = excluded.newest_millis")
                .bind("bucket", number).bind("filter", bucket.filter().toBytes())
                .bind("newest", bucket.newestMillis()).execute();
    }

    /** A bucket whose filter is stored; an empty one where retention was quicker. */
    static DeliveryBucket sealedBucket(Handle handle, long number) {
        return handle.createQuery("SELECT filter, newest_millis FROM delivery_bucket WHERE bucket = :bucket").bind("bucket", number)
                .map((rows, context) -> new DeliveryBucket(DeliveryFilter.fromBytes(rows.getBytes(1)), rows.getLong(2)))
                .findOne().orElseGet(() -> new DeliveryBucket(new DeliveryFilter(), Long.MIN_VALUE));
    }

    /** A bucket as its rows have it. */
    static DeliveryBucket openBucket(Handle handle, long number) {
        DeliveryFilter filter = new DeliveryFilter();
        long newestMillis = Long.MIN_VALUE;
        try (PreparedStatement select = handle.getConnection().prepareStatement(DELIVERIES_OF_BUCKET)) {
            select.setLong(1, number);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    filter.add(rows.getLong(1));
                    newestMillis = Math.max(newestMillis, rows.getLong(2));
                }
            }
        } catch (SQLException e) {
            throw new StoreException(StoreException.Code.FAILED, "the index of delivery ids cannot be read", e);
        }
        return new DeliveryBucket(filter, newestMillis);
    }

    /** Deletes events before an offset, some at a time; answers how many. */
    static int deleteEvents(Handle handle, long before, int most) {
        return handle.createUpdate("DELETE FROM event WHERE log_offset IN (SELECT log_offset FROM event "
                        + "WHERE log_offset < :before ORDER BY log_offset LIMIT :most)")
                .bind("before", before).bind("most", most).execute();
    }

    /** Deletes deliveries of buckets whose newest event is older than a time, some at a time; answers how many. */
    static int deleteDeliveries(Handle handle, long beforeMillis, int most) {
        Optional<Long> bucket = handle.createQuery("SELECT min(bucket) FROM delivery_bucket WHERE newest_millis < :before")
                .bind("before", beforeMillis).mapTo(Long.class).findOne();
        if (bucket.isEmpty()) {
            return 0;
        }
        List<Long> offsets = new ArrayList<>(handle.createQuery("SELECT log_offset FROM delivery WHERE bucket = :bucket LIMIT :most")
                .bind("bucket", bucket.get()).bind("most", most).mapTo(Long.class).list());
        if (offsets.isEmpty()) {
            return handle.createUpdate("DELETE FROM delivery_bucket WHERE bucket = :bucket")
                    .bind("bucket", bucket.get()).execute();
        }
        return handle.createUpdate("DELETE FROM delivery WHERE bucket = :bucket AND log_offset IN (<offsets>)")
                .bind("bucket", bucket.get()).bindList("offsets", offsets).execute();
    }

    /**
     * What an event id is found by. Ids of the hub are UUIDs that begin with the time: their first half keeps
     * new rows together in the index, where a hash would scatter them.
     */
    static long idHash(String id) {
        try {
            return UUID.fromString(id).getMostSignificantBits();
        } catch (IllegalArgumentException notAnUuid) {
            return UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits();
        }
    }

    static IndexEntry map(ResultSet rows) throws SQLException {
        return new IndexEntry(new Position(rows.getLong("log_millis"), rows.getLong("log_offset")),
                rows.getString("event_id"), rows.getString("channel"), rows.getString("source"), rows.getString("type"),
                rows.getString("subject"), rows.getString("event_key"), rows.getString("verified"),
                rows.getString("delivery_id"), rows.getString("replay_of"), rows.getLong("size"));
    }
}
