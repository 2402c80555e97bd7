package io.waystation.work.operation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jdbi.v3.core.Handle;

/** The tables {@code operation_event} and {@code operation_event_sequence}. */
final class EventRows {
    /** What an event tells of. */
    enum Phase { STARTED, PROGRESS, HELD, OTHER, ENDED }

    private EventRows() {
    }

    /** Adds an event with the next id. */
    static void insert(Handle handle, Operation operation, Phase phase, String name, String data, long now) {
        handle.execute("UPDATE operation_event_sequence SET last_id = last_id + 1 WHERE name = 'events'");
        handle.createUpdate("INSERT INTO operation_event (id, operation, kind, subject, project, phase, name, data, created_at)"
                        + " SELECT last_id, :operation, :kind, :subject, :project, :phase, :name, :data, :now"
                        + " FROM operation_event_sequence WHERE name = 'events'")
                .bind("operation", operation.id()).bind("kind", operation.kind()).bind("subject", operation.subject())
                .bind("project", operation.project()).bind("phase", text(phase)).bind("name", name).bind("data", data)
                .bind("now", now).execute();
    }

    private static String text(Phase phase) {
        return phase.name().toLowerCase(Locale.ROOT);
    }

    /** Ids given out so far, and the last one that is gone. */
    static Range range(Handle handle) {
        return handle.createQuery("SELECT last_id, expired_id FROM operation_event_sequence WHERE name = 'events'")
                .map((rows, context) -> new Range(rows.getLong("last_id"), rows.getLong("expired_id"))).one();
    }

    /** Id of the last event of an operation, 0 when there is none. */
    static long lastOf(Handle handle, String operation) {
        return handle.createQuery("SELECT COALESCE(MAX(id), 0) FROM operation_event WHERE operation = :operation")
                .bind("operation", operation).mapTo(Long.class).one();
    }

    /**
     * Events in order.
     *
     * @param after only those with larger ids
     * @param last none with larger ids than this
     * @param bytes stops behind the event that reaches so many
     */
    static List<OperationEvent> read(Handle handle, StreamFilter filter, long after, long last, int limit, long bytes) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("after", after);
        values.put("last", last);
        values.put("limit", limit);
        String where = filter.condition(values);
        List<OperationEvent> events = new ArrayList<>();
        long[] read = new long[1];
        handle.createQuery("SELECT id, operation, kind, subject, project, phase, name, data FROM operation_event"
                        + " WHERE id > :after AND id <= :last" + where + " ORDER BY id LIMIT :limit").bindMap(values)
                .map((rows, context) -> OperationEvent.of(rows.getLong("id"), rows.getString("operation"),
                        rows.getString("kind"), rows.getString("subject"), rows.getString("project"),
                        text(Phase.ENDED).equals(rows.getString("phase")), rows.getString("name"), rows.getString("data")))
                .useIterator(rows -> {
                    while (rows.hasNext() && read[0] < bytes) {
                        OperationEvent event = rows.next();
                        read[0] += event.frame().length();
                        events.add(event);
                    }
                });
        return events;
    }

    /** Deletes the events of an operation and remembers that ids up to the last of them may be missing. */
    static void deleteOf(Handle handle, String operation) {
        long last = lastOf(handle, operation);
        handle.execute("DELETE FROM operation_event WHERE operation = ?", operation);
        handle.execute("UPDATE operation_event_sequence SET expired_id = ? WHERE name = 'events' AND expired_id < ?", last, last);
    }

    /** Deletes some progress that is older than a time: what it told was only for the moment. */
    static int deleteProgress(Handle handle, long before, int limit) {
        return handle.createUpdate("DELETE FROM operation_event WHERE id IN (SELECT id FROM operation_event"
                        + " WHERE phase = 'progress' AND created_at < :before LIMIT :limit)")
                .bind("before", before).bind("limit", limit).execute();
    }

    /**
     * Ids of events.
     *
     * @param last last id given out
     * @param expired events up to this id may be gone
     */
    record Range(long last, long expired) {
    }
}
