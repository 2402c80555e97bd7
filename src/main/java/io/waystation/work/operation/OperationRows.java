package io.waystation.work.operation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** The table {@code operation}. */
final class OperationRows {
    private static final String COLUMNS = "id, kind, subject, project, item, state, step, percent, message, reason, "
            + "attributes, result, attempts, cancel_reason, created_at, started_at, updated_at, ended_at";

    private OperationRows() {
    }

    /** @param owner process that runs it from now on, or null when a work item will */
    static void insert(Handle handle, NewOperation operation, String item, String owner, long now) {
        boolean runs = owner != null;
        handle.createUpdate("INSERT INTO operation (id, kind, subject, project, item, state, percent, attributes, attempts,"
                        + " owner, created_at, started_at, updated_at) VALUES (:id, :kind, :subject, :project, :item, :state, 0,"
                        + " :attributes, :attempts, :owner, :now, :started, :now)")
                .bind("id", operation.id()).bind("kind", operation.kind()).bind("subject", operation.subject())
                .bind("project", operation.project()).bind("item", item)
                .bind("state", (runs ? OperationState.RUNNING : OperationState.QUEUED).toString())
                .bind("attributes", OperationJson.bounded(operation.attributes()).toString())
                .bind("attempts", runs ? 1 : 0).bind("owner", owner).bind("now", now)
                .bind("started", runs ? now : null).execute();
    }

    static Optional<Operation> find(Handle handle, String id) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM operation WHERE id = :id").bind("id", id)
                .map((rows, context) -> map(rows)).findOne();
    }

    static boolean exists(Handle handle, String id) {
        return handle.createQuery("SELECT 1 FROM operation WHERE id = :id").bind("id", id).mapTo(Integer.class).findOne()
                .isPresent();
    }

    /** Sets columns of an operation that has not ended; answers it as it is then, or nothing when it has ended. */
    static Optional<Operation> update(Handle handle, String id, Map<String, ?> columns, long now) {
        Map<String, Object> values = new LinkedHashMap<>(columns);
        values.put("updated_at", now);
        String sets = values.keySet().stream().map(column -> column + " = :" + column).collect(Collectors.joining(", "));
        int changed = handle.createUpdate("UPDATE operation SET " + sets + " WHERE id = :id AND ended_at IS NULL")
                .bindMap(values).bind("id", id).execute();
        return changed == 0 ? Optional.empty() : find(handle, id);
    }

    /** Whether a process runs the operation. */
    static boolean isRunBy(Handle handle, String id, String owner) {
        return handle.createQuery("SELECT 1 FROM operation WHERE id = :id AND owner = :owner AND ended_at IS NULL")
                .bind("id", id).bind("owner", owner).mapTo(Integer.class).findOne().isPresent();
    }

    static List<Operation> list(Handle handle, OperationFilter filter) {
        Map<String, Object> values = new LinkedHashMap<>();
        StringBuilder where = new StringBuilder();
        equal(where, values, "kind", filter.kind());
        equal(where, values, "subject", filter.subject());
        equal(where, values, "project", filter.project());
        if (filter.before() != null) {
            where.append(" AND (created_at, id) < (SELECT last.created_at, last.id FROM operation AS last WHERE last.id = :before)");
            values.put("before", filter.before());
        }
        Query query = handle.createQuery("SELECT " + COLUMNS + " FROM operation WHERE 1 = 1" + where
                + (filter.states().isEmpty() ? "" : " AND state IN (<states>)") + " ORDER BY created_at DESC, id DESC LIMIT :limit");
        if (!filter.states().isEmpty()) {
            query.bindList("states", filter.states().stream().map(OperationState::toString).toList());
        }
        return query.bindMap(values).bind("limit", filter.limit()).map((rows, context) -> map(rows)).list();
    }

    private static void equal(StringBuilder where, Map<String, Object> values, String column, String value) {
        if (value != null) {
            where.append(" AND ").append(column).append(" = :").append(column);
            values.put(column, value);
        }
    }

    /** Open operations that another process ran: it is gone, because a store belongs to one at a time. */
    static List<String> lostRuns(Handle handle, String owner, int limit) {
        return handle.createQuery("SELECT id FROM operation WHERE ended_at IS NULL AND state IN ('queued', 'held', 'running')"
                        + " AND owner IS NOT NULL AND owner <> :owner LIMIT :limit")
                .bind("owner", owner).bind("limit", limit).mapTo(String.class).list();
    }

    /** Open operations whose work item is gone or has ended, which only a damaged store can leave. */
    static List<String> lostItems(Handle handle, int limit) {
        return handle.createQuery("SELECT id FROM operation WHERE ended_at IS NULL AND state IN ('queued', 'held', 'running')"
                        + " AND owner IS NULL AND NOT EXISTS (SELECT 1 FROM work_item WHERE work_item.operation = operation.id"
                        + " AND work_item.state IN ('waiting', 'ready', 'running')) LIMIT :limit")
                .bind("limit", limit).mapTo(String.class).list();
    }

    static List<String> endedBefore(Handle handle, long before, int limit) {
        return handle.createQuery("SELECT id FROM operation WHERE ended_at < :before ORDER BY ended_at LIMIT :limit")
                .bind("before", before).bind("limit", limit).mapTo(String.class).list();
    }

    static void delete(Handle handle, String id) {
        handle.execute("DELETE FROM operation WHERE id = ?", id);
    }

    static Map<String, Long> countOpen(Handle handle) {
        Map<String, Long> counts = new LinkedHashMap<>();
        handle.createQuery("SELECT state, count(*) AS n FROM operation WHERE ended_at IS NULL"
                        + " AND state IN ('queued', 'held', 'running') GROUP BY state")
                .map((rows, context) -> counts.put(rows.getString("state"), rows.getLong("n"))).list();
        return counts;
    }

    private static Operation map(ResultSet rows) throws SQLException {
        return new Operation(rows.getString("id"), rows.getString("kind"), rows.getString("subject"),
                rows.getString("project"), rows.getString("item"), OperationState.of(rows.getString("state")).orElseThrow(),
                rows.getString("step"), rows.getInt("percent"), rows.getString("message"), rows.getString("reason"),
                OperationJson.parse(rows.getString("attributes")), OperationJson.parse(rows.getString("result")),
                rows.getInt("attempts"), rows.getString("cancel_reason"),
                instant(rows, "created_at"), instant(rows, "started_at"), instant(rows, "updated_at"),
                instant(rows, "ended_at"));
    }

    private static Instant instant(ResultSet rows, String column) throws SQLException {
        long millis = rows.getLong(column);
        return rows.wasNull() ? null : Instant.ofEpochMilli(millis);
    }
}
