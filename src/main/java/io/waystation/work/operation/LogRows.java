package io.waystation.work.operation;

import java.time.Instant;
import java.util.List;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The table {@code operation_log}. */
final class LogRows {
    private LogRows() {
    }

    /**
     * Adds lines and deletes the oldest beyond a number.
     *
     * @param skipped lines dropped before these, whose numbers are left out
     * @param most lines kept
     */
    static void append(Handle handle, String operation, List<WaitingLines.Line> lines, long skipped, int most) {
        long number = handle.createQuery("SELECT COALESCE(MAX(line), 0) FROM operation_log WHERE operation = :operation")
                .bind("operation", operation).mapTo(Long.class).one() + skipped;
        PreparedBatch batch = handle.prepareBatch(
                "INSERT INTO operation_log (operation, line, created_at, text) VALUES (:operation, :line, :time, :text)");
        for (WaitingLines.Line line : lines) {
            batch.bind("operation", operation).bind("line", ++number).bind("time", line.millis()).bind("text", line.text()).add();
        }
        batch.execute();
        handle.execute("DELETE FROM operation_log WHERE operation = ? AND line <= ?", operation, number - most);
    }

    static List<LogLine> read(Handle handle, String operation, long after, int limit) {
        return handle.createQuery("SELECT line, created_at, text FROM operation_log WHERE operation = :operation"
                        + " AND line > :after ORDER BY line LIMIT :limit")
                .bind("operation", operation).bind("after", after).bind("limit", limit)
                .map((rows, context) -> new LogLine(rows.getLong("line"),
                        Instant.ofEpochMilli(rows.getLong("created_at")), rows.getString("text"))).list();
    }

    /** Deletes some lines; answers how many. */
    static int deleteSome(Handle handle, String operation, int limit) {
        return handle.createUpdate("DELETE FROM operation_log WHERE operation = :operation AND line IN"
                        + " (SELECT line FROM operation_log WHERE operation = :operation LIMIT :limit)")
                .bind("operation", operation).bind("limit", limit).execute();
    }
}
