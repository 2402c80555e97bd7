package io.waystation.work;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Rows of the tables {@code work_item}, {@code work_payload} and {@code work_cause}, one by one. */
final class ItemRows {
    /** More causes of an item are kept, but not handed to its route. */
    static final int CAUSES = 10_000;
    static final String COLUMNS = "seq, queue, id, item_key, state, waits_for, reason, error_class, route_id, priority, "
            + "next_at, attempt, lost, operation, causes, size, added_at, updated_at, finished_at";
    /** The same columns, then fence, retry, cause and payload, of {@code work_item item LEFT JOIN work_payload payload}. */
    static final String TO_CLAIM = "item." + COLUMNS.replace(", ", ", item.")
            + ", item.fence, item.retry, item.cause, payload.attributes, payload.body";
    private static final String BY_ID = "SELECT " + COLUMNS + " FROM work_item WHERE queue = ? AND id = ?";
    private static final String COALESCED_INTO = "SELECT " + COLUMNS + " FROM work_item WHERE seq = "
            + "(SELECT item_seq FROM work_cause WHERE queue = ? AND id = ?)";
    private static final String BY_OPERATION = "SELECT " + COLUMNS + " FROM work_item WHERE operation = ?";
    private static final String BY_NUMBER = "SELECT " + COLUMNS + " FROM work_item WHERE seq = ?";
    private static final String FIRST_CAUSE = "SELECT cause, causes FROM work_item WHERE seq = ?";
    private static final String MORE_CAUSES =
            "SELECT cause FROM work_cause WHERE item_seq = ? ORDER BY added_at, id LIMIT " + (CAUSES - 1);
    private static final String PAYLOAD = "SELECT attributes, body FROM work_payload WHERE seq = ?";
    private static final String KEEP_PAYLOAD = "INSERT INTO work_payload (seq, attributes, body) VALUES (?, ?, ?)";
    private static final String REPLACE_PAYLOAD = KEEP_PAYLOAD
            + " ON CONFLICT (seq) DO UPDATE SET attributes = excluded.attributes, body = excluded.body";
    private static final String DROP_PAYLOAD = "DELETE FROM work_payload WHERE seq = ?";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() { };

    private ItemRows() {
    }

    static WorkStatus status(ResultSet row) throws SQLException {
        return new WorkStatus(row.getLong(1), row.getString(2), row.getString(3), row.getString(4),
                ItemState.of(row.getString(5)), row.getString(6), row.getString(7), row.getString(8), row.getString(9),
                row.getInt(10), Instant.ofEpochMilli(row.getLong(11)), row.getInt(12), row.getInt(13), row.getString(14),
                row.getInt(15), row.getLong(16), Instant.ofEpochMilli(row.getLong(17)),
                Instant.ofEpochMilli(row.getLong(18)), time(row, 19));
    }

    private static Instant time(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    /** The item with an id, or into which the addition with this id was coalesced. */
    static Optional<WorkStatus> find(Statements statements, String queue, String id) throws SQLException {
        Optional<WorkStatus> own = statements.first(BY_ID, ItemRows::status, queue, id);
        return own.isPresent() ? own : statements.first(COALESCED_INTO, ItemRows::status, queue, id);
    }

    /** The item with a number. */
    static Optional<WorkStatus> find(Statements statements, long number) throws SQLException {
        return statements.first(BY_NUMBER, ItemRows::status, number);
    }

    /** The item that an operation follows. */
    static Optional<WorkStatus> findByOperation(Statements statements, String operation) throws SQLException {
        return statements.first(BY_OPERATION, ItemRows::status, operation);
    }

    /** The item as its route gets it. */
    static WorkItem item(Statements statements, WorkStatus status, int attempt) throws SQLException {
        Payload payload = payload(statements, status.number()).orElse(Payload.EMPTY);
        return new WorkItem(status.queue(), status.id(), status.key(), attempt, causes(statements, status.number()),
                payload.body(), payload.attributes(), status.operation());
    }

    /** The same for an item whose first cause and payload are known. */
    static WorkItem item(Statements statements, WorkStatus status, int attempt, String cause, Payload payload) throws SQLException {
        List<String> causes = status.causes() > 1 ? causes(statements, status.number()) : List.of(cause);
        return new WorkItem(status.queue(), status.id(), status.key(), attempt, causes, payload.body(), payload.attributes(),
                status.operation());
    }

    static WorkStatus.Content content(Statements statements, WorkStatus status) throws SQLException {
        Optional<Payload> payload = payload(statements, status.number());
        return new WorkStatus.Content(status, causes(statements, status.number()),
                payload.map(Payload::attributes).orElse(Map.of()), payload.map(Payload::body));
    }

    private static List<String> causes(Statements statements, long seq) throws SQLException {
        List<String> causes = new ArrayList<>(1);
        int all = statements.first(FIRST_CAUSE, row -> {
            causes.add(row.getString(1));
            return row.getInt(2);
        }, seq).orElse(0);
        if (all > 1) {
            causes.addAll(statements.list(MORE_CAUSES, row -> row.getString(1), seq));
        }
        return causes;
    }

    static Optional<Payload> payload(Statements statements, long seq) throws SQLException {
        return statements.first(PAYLOAD, row -> payload(row, 1), seq);
    }

    /** Attributes and body, which stand in two columns; both null when the item carries nothing. */
    static Payload payload(ResultSet row, int column) throws SQLException {
        String attributes = row.getString(column);
        return attributes == null ? Payload.EMPTY : new Payload(texts(attributes), row.getBytes(column + 1));
    }

    /** Keeps what an item carries, which may be nothing. */
    static void keepPayload(Statements statements, long seq, Map<String, String> attributes, byte[] body) throws SQLException {
        if (body.length > 0 || !attributes.isEmpty()) {
            statements.update(KEEP_PAYLOAD, seq, text(attributes), body);
        }
    }

    static void replacePayload(Statements statements, long seq, Map<String, String> attributes, byte[] body)
            throws SQLException {
        statements.update(REPLACE_PAYLOAD, seq, text(attributes), body);
    }

    static void dropPayload(Statements statements, long seq) throws SQLException {
        statements.update(DROP_PAYLOAD, seq);
    }

    private static String text(Map<String, String> attributes) {
        try {
            return attributes.isEmpty() ? "{}" : JSON.writeValueAsString(attributes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static Map<String, String> texts(String text) {
        try {
            return text.equals("{}") ? Map.of() : JSON.readValue(text, TEXTS);
        } catch (IOException damaged) {
            throw new UncheckedIOException("attributes of a work item cannot be read", damaged);
        }
    }

    /** What an item carries. */
    record Payload(Map<String, String> attributes, byte[] body) {
        static final Payload EMPTY = new Payload(Map.of(), new byte[0]);
    }
}
