package io.waystation.delivery;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.waystation.store.StatementCache;
import io.waystation.store.Store;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;
import org.jdbi.v3.core.statement.Query;

/** The table {@code delivery_event}, and the newest of its events in memory. Thread-safe. */
final class DeliveryEvents {
    private static final String KEEP = "INSERT INTO delivery_event (id, channel, source, type, subject, time, content_type, body, kept_at) "
            + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    private static final String FROM = "SELECT id, channel, source, type, subject, time, content_type, body FROM delivery_event "
            + "WHERE id >= ? ORDER BY id LIMIT ?";
    /** Where deliveries lag, their events are asked for in the order of their ids: so many are read at once, at most. */
    private static final int FARTHEST = 64;
    private static final int AHEAD_BYTES = 512 << 10;
    private static final int LARGEST = 256 << 10;
    private static final int OVERHEAD = 512;

    private final Store store;
    private final long mostBytes;
    private final StatementCache cache = new StatementCache();
    private final Map<String, DeliveryEvent> newest = new LinkedHashMap<>(256, 0.75f, true);
    private final Object reading = new Object();
    private final Set<String> ahead = new HashSet<>();
    private long bytes;
    private int reach = 2;

    /**
     * Events of a store.
     *
     * @param mostBytes bytes of them in memory
     */
    DeliveryEvents(Store store, long mostBytes) {
        this.store = store;
        this.mostBytes = mostBytes;
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
        while (bytes > mostBytes && oldest.hasNext()) {
            bytes -= oldest.next().body().length + OVERHEAD;
            oldest.remove();
        }
    }

    private synchronized DeliveryEvent remembered(String id) {
        ahead.remove(id);
        return newest.get(id);
    }

    /** Whether an event is in the table; blocks on disk. */
    boolean isKept(String id) {
        return store.read(handle -> handle.createQuery("SELECT 1 FROM delivery_event WHERE id = ?").bind(0, id).mapTo(Integer.class)
                .findOne().isPresent());
    }

    /** Types of those of some events that are in the table, by their ids; blocks on disk. */
    Map<String, String> types(Set<String> ids) {
        Map<String, String> types = new HashMap<>();
        if (!ids.isEmpty()) {
            String places = String.join(", ", Collections.nCopies(ids.size(), "?"));
            store.read(handle -> {
                Query query = handle.createQuery("SELECT id, type FROM delivery_event WHERE id IN (" + places + ")");
                int place = 0;
                for (String id : ids) {
                    query.bind(place++, id);
                }
                query.map((row, context) -> types.put(row.getString(1), row.getString(2))).list();
                return null;
            });
        }
        return types;
    }

    /** An event with its body; blocks on disk when it is not one of the newest. */
    Optional<DeliveryEvent> find(String id) {
        DeliveryEvent known = remembered(id);
        if (known != null) {
            return Optional.of(known);
        }
        synchronized (reading) {
            known = remembered(id); // read ahead by another thread
            if (known != null) {
                return Optional.of(known);
            }
            List<DeliveryEvent> found = read(id, reach());
            found.forEach(this::remember);
            if (!found.isEmpty() && found.get(0).id().equals(id)) {
                readAhead(found.subList(1, found.size()));
                return Optional.of(found.get(0));
            }
            return Optional.empty();
        }
    }

    /** How many to read: more while those that were read ahead were asked for, fewer while they were not. */
    private synchronized int reach() {
        reach = ahead.size() <= reach / 4 ? Math.min(2 * reach, FARTHEST) : Math.max(2, reach / 2);
        return reach;
    }

    private synchronized void readAhead(List<DeliveryEvent> events) {
        ahead.clear();
        events.forEach(event -> ahead.add(event.id()));
    }

    private List<DeliveryEvent> read(String first, int most) {
        return store.read(handle -> {
            List<DeliveryEvent> found = new ArrayList<>();
            try (ResultIterator<DeliveryEvent> rows = handle.createQuery(FROM).bind(0, first).bind(1, most).map((row, context) ->
                    new DeliveryEvent(row.getString(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5),
                            Instant.ofEpochMilli(row.getLong(6)), row.getString(7), row.getBytes(8))).iterator()) {
                for (long read = 0; read < AHEAD_BYTES && rows.hasNext(); read += found.get(found.size() - 1).body().length + OVERHEAD) {
                    found.add(rows.next());
                }
            }
            return found;
        });
    }
}
