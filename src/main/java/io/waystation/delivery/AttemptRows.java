package io.waystation.delivery;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

import io.waystation.store.StatementCache;
import io.waystation.store.Store;
import org.jdbi.v3.core.Handle;

/** The table {@code delivery_attempt}. */
final class AttemptRows {
    private static final String ADD = "INSERT INTO delivery_attempt (delivery, started_at, attempt, millis, status, error, detail, snippet) "
            + "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
    private static final String OF = "SELECT * FROM delivery_attempt WHERE delivery = ? ORDER BY started_at, attempt";
    private static final int LONGEST_DETAIL = 500;

    private final Store store;
    private final StatementCache cache = new StatementCache();

    AttemptRows(Store store) {
        this.store = store;
    }

    /** Adds an attempt within a work of the store. */
    void add(Handle handle, DeliveryAttempt attempt) throws SQLException {
        PreparedStatement statement = cache.prepare(handle, ADD);
        statement.setString(1, attempt.delivery());
        statement.setLong(2, attempt.at().toEpochMilli());
        statement.setInt(3, attempt.number());
        statement.setLong(4, attempt.latency().toMillis());
        statement.setInt(5, attempt.status());
        statement.setString(6, attempt.error() == null ? null : attempt.error().text());
        String detail = attempt.detail();
        statement.setString(7, detail == null || detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL));
        statement.setString(8, attempt.snippet());
        statement.executeUpdate();
    }

    /** Attempts of a delivery, oldest first. */
    List<DeliveryAttempt> of(String delivery) {
        return store.read(handle -> handle.createQuery(OF).bind(0, delivery).map((row, context) -> {
            String error = row.getString("error");
            return new DeliveryAttempt(delivery, row.getInt("attempt"), Instant.ofEpochMilli(row.getLong("started_at")),
                    Duration.ofMillis(row.getLong("millis")), row.getInt("status"),
                    error == null ? null : ErrorClass.valueOf(error.toUpperCase(Locale.ROOT).replace('-', '_')),
                    row.getString("detail"), row.getString("snippet"));
        }).list());
    }
}
