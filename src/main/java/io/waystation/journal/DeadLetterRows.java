package io.waystation.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import org.jdbi.v3.core.Handle;

/** The table {@code dead_letter}. */
final class DeadLetterRows {
    private static final TimeBasedEpochGenerator IDS = Generators.timeBasedEpochGenerator();
    private static final int LONGEST_REASON = 2_000;
    private static final String ATTRIBUTES = "id, group_name, state, log_offset, log_millis, reason, error_class, "
            + "route_id, attempts, created_at, updated_at, event_id, channel, source, type, subject, event_time, "
            + "event_key, verified, delivery_id, replay_of, method, path, query, headers";
    static final String SELECT_WITHOUT_BODY = "SELECT " + ATTRIBUTES + ", NULL AS body FROM dead_letter";
    private static final String SELECT = "SELECT " + ATTRIBUTES + ", body FROM dead_letter";

    private DeadLetterRows() {
    }

    static String text(DeadLetter.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static Optional<DeadLetter> find(Handle handle, String id) {
        return handle.createQuery(SELECT + " WHERE id = :id").bind("id", id)
                .map((rows, context) -> map(rows)).findOne();
    }

    static int delete(Handle handle, String id) {
        return handle.createUpdate("DELETE FROM dead_letter WHERE id = :id").bind("id", id).execute();
    }

    /** Whether an event has left a dead letter that is not queued. */
    static boolean isDead(Handle handle, long offset) {
        return handle.createQuery("SELECT 1 FROM dead_letter WHERE log_offset = :offset AND state = 'dead' LIMIT 1")
                .bind("offset", offset).mapTo(Integer.class).findOne().isPresent();
    }

    /** Queues the dead ones among those with a value; answers the group of each. */
    static List<String> queue(Handle handle, String column, Object value, long now) {
        List<String> groups = handle.createQuery(
                        "SELECT group_name FROM dead_letter WHERE " + column + " = :value AND state = 'dead'")
                .bind("value", value).mapTo(String.class).list();
        if (!groups.isEmpty()) {
            handle.createUpdate("UPDATE dead_letter SET state = 'queued', updated_at = :now WHERE " + column
                    + " = :value AND state = 'dead'").bind("now", now).bind("value", value).execute();
        }
        return groups;
    }

    /** Records that another try failed. */
    static void update(Handle handle, DeadLetter letter, GroupRecord.Failure failure, long now) {
        handle.createUpdate("UPDATE dead_letter SET state = 'dead', reason = :reason, error_class = :error, "
                        + "route_id = :route, attempts = :attempts, updated_at = :now WHERE id = :id")
                .bind("reason", reason(failure.error()))
                .bind("error", failure.error().getClass().getName())
                .bind("route", failure.routeId())
                .bind("attempts", letter.attempts() + failure.attempts())
                .bind("now", now)
                .bind("id", letter.id())
                .execute();
    }

    static void insert(Handle handle, String group, PositionedEvent record, GroupRecord.Failure failure, long now) {
        Event event = record.event();
        handle.createUpdate("INSERT INTO dead_letter (" + ATTRIBUTES + ", body) VALUES (:id, :group, 'dead', :offset, "
                        + ":millis, :reason, :error, :route, :attempts, :now, :now, :eventId, :channel, :source, :type, "
                        + ":subject, :time, :key, :verified, :deliveryId, :replayOf, :method, :path, :query, :headers, "
                        + ":body)")
                .bind("id", IDS.generate().toString())
                .bind("group", group)
                .bind("offset", record.position().offset())
                .bind("millis", record.position().millis())
                .bind("reason", reason(failure.error()))
                .bind("error", failure.error().getClass().getName())
                .bind("route", failure.routeId())
                .bind("attempts", failure.attempts())
                .bind("now", now)
                .bind("eventId", event.id())
                .bind("channel", event.channel())
                .bind("source", event.source())
                .bind("type", event.type())
                .bind("subject", event.subject())
                .bind("time", event.time().toEpochMilli())
                .bind("key", event.key())
                .bind("verified", event.verified())
                .bind("deliveryId", event.deliveryId())
                .bind("replayOf", event.replayOf())
                .bind("method", event.method())
                .bind("path", event.path())
                .bind("query", event.query())
                .bind("headers", headerText(event.headers()))
                .bind("body", event.body())
                .execute();
    }

    private static String reason(Throwable error) {
        String message = error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
        return message.length() <= LONGEST_REASON ? message : message.substring(0, LONGEST_REASON) + "…";
    }

    /** One line per header; a line break cannot be part of an HTTP header (RFC 9110, section 5.5). */
    private static String headerText(Headers headers) {
        StringBuilder text = new StringBuilder();
        for (Headers.Header header : headers.entries()) {
            text.append(header.name()).append(':').append(header.value().replace('\n', ' ').replace('\r', ' ')).append('\n');
        }
        return text.toString();
    }

    private static Headers headers(String text) {
        List<Headers.Header> entries = new ArrayList<>();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':', 1);
            entries.add(new Headers.Header(line.substring(0, colon), line.substring(colon + 1)));
        });
        return Headers.of(entries);
    }

    static DeadLetter map(ResultSet rows) throws SQLException {
        byte[] body = rows.getBytes("body");
        Event event = new Event(rows.getString("event_id"), rows.getString("channel"), rows.getString("source"),
                rows.getString("type"), rows.getString("subject"), Instant.ofEpochMilli(rows.getLong("event_time")),
                rows.getString("event_key"), rows.getString("verified"), rows.getString("delivery_id"),
                rows.getString("replay_of"), rows.getString("method"), rows.getString("path"), rows.getString("query"),
                headers(rows.getString("headers")), body == null ? new byte[0] : body);
        Position position = new Position(rows.getLong("log_millis"), rows.getLong("log_offset"));
        return new DeadLetter(rows.getString("id"), rows.getString("group_name"),
                DeadLetter.State.valueOf(rows.getString("state").toUpperCase(Locale.ROOT)), rows.getString("reason"),
                rows.getString("error_class"), rows.getString("route_id"), rows.getInt("attempts"),
                Instant.ofEpochMilli(rows.getLong("created_at")), Instant.ofEpochMilli(rows.getLong("updated_at")),
                new PositionedEvent(position, event));
    }
}
