package io.waystation.work;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.waystation.store.StatementCache;
import org.jdbi.v3.core.Handle;

/**
 * Statements of one work of the store, each prepared once.
 *
 * <p>An item takes about eight statements through its life; preparing them for each item would be most of its cost.
 * Values are bound by position: numbers, texts, bytes, booleans and null. Not thread-safe.
 */
final class Statements implements AutoCloseable {
    private final Handle handle;
    private final StatementCache cache;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Statements(Handle handle) {
        this(handle, null);
    }

    /** The same with statements that outlive this work; for the works that are many. */
    Statements(Handle handle, StatementCache cache) {
        this.handle = handle;
        this.cache = cache;
    }

    /** The handle they run on. */
    Handle handle() {
        return handle;
    }

    /** Changes rows; answers how many. */
    int update(String sql, Object... values) throws SQLException {
        return bind(sql, values).executeUpdate();
    }

    /** Reads rows. */
    <T> List<T> list(String sql, Row<T> row, Object... values) throws SQLException {
        List<T> found = new ArrayList<>();
        try (ResultSet rows = bind(sql, values).executeQuery()) {
            while (rows.next()) {
                found.add(row.read(rows));
            }
        }
        return found;
    }

    /** Reads the first row. */
    <T> Optional<T> first(String sql, Row<T> row, Object... values) throws SQLException {
        try (ResultSet rows = bind(sql, values).executeQuery()) {
            return rows.next() ? Optional.of(row.read(rows)) : Optional.empty();
        }
    }

    private PreparedStatement bind(String sql, Object[] values) throws SQLException {
        PreparedStatement statement = cache == null ? prepare(sql) : cache.prepare(handle, sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = handle.getConnection().prepareStatement(sql);
            prepared.put(sql, statement);
        }
        return statement;
    }

    @Override
    public void close() throws SQLException {
        SQLException failure = null;
        for (PreparedStatement statement : prepared.values()) {
            try {
                statement.close();
            } catch (SQLException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Makes a value of the row a cursor stands on. */
    @FunctionalInterface
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }
}
