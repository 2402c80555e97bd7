package io.waystation.delivery;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import io.waystation.store.StatementCache;
import io.waystation.store.Store;
import org.jdbi.v3.core.Handle;

/** The table {@code delivery_event}, and the newest of its events in memory. Thread-safe. */
final class DeliveryEvents {
    private static final String KEEP = "INSERT INTO delivery_event (id, channel, source, type, subject, time, content_type, body, kept_at) "
            + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    private static final long MOST_BYTES = 16L << 20;
    private static final int LARGEST = 256 << 10;
    private static final int OVERHEAD = 512;

    private final Store store;
    private final StatementCache cache = new StatementCache();
    private final Map<String, DeliveryEvent> newest = new LinkedHashMap<>(256, 0.75f, true);
    private long bytes;

    DeliveryEvents(Store store) {
        this.store = store;
    }

    /** Keeps an event within a work of the store; one that is kept already stays as it is. */
    void keep(Handle handle, DeliveryEvent event, Instant now) throws SQLException {
        PreparedStatement statement = cache.prepare(handle, KEEP);
        statement.setString(1, event.id());
        statement.setString(2, event.channel());
        statement.setString(3, event.source());
        statement.setString(4, event.type());
        statement.setString(5, event.subject());
        statement.setLong(6, event.time().toEpochMilli());
        statement.setString(7, event.contentType());
        statement.setBytes(8, event.body());
        statement.setLong(9, now.toEpochMilli());
        statement.executeUpdate();
    }

    /** Remembers an event that will be asked for soon. */
    synchronized void remember(DeliveryEvent event) {
        if (event.body().length > LARGEST || newest.put(event.id(), event) != null) {
            return;
        }
        bytes += event.body().length + OVERHEAD;
        Iterator<DeliveryEvent> oldest = newest.values().iterator();
        while (bytes > MOST_BYTES && oldest.hasNext()) {
            bytes -= oldest.next().body().length + OVERHEAD;
            oldest.remove();
        }
    }

    private synchronized DeliveryEvent remembered(String id) {
        return newest.get(id);
    }

    /** Whether an event is in the table; blocks on disk. */
    boolean isKept(String id) {
        return store.read(handle -> handle.createQuery("SELECT 1 FROM delivery_event WHERE id = ?").bind(0, id).mapTo(Integer.class)
                .findOne().isPresent());
    }

    /** An event with its body; blocks on disk when it is not one of the newest. */
    Optional<DeliveryEvent> find(String id) {
        DeliveryEvent known = remembered(id);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<DeliveryEvent> found = store.read(handle -> handle.createQuery("SELECT * FROM delivery_event WHERE id = ?")
                .bind(0, id).map((row, context) -> new DeliveryEvent(id, row.getString("channel"), row.getString("source"),
                        row.getString("type"), row.getString("subject"), Instant.ofEpochMilli(row.getLong("time")),
                        row.getString("content_type"), row.getBytes("body"))).findOne());
        found.ifPresent(this::remember);
        return found;
    }
}
