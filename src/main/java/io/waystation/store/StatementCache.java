package io.waystation.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

import org.jdbi.v3.core.Handle;

/**
 * Statements of the writer's connection, each prepared once for as long as that connection lives. Preparing them for every
 * work costs more than a small work does.
 *
 * <p>For use inside a {@link Work} only, which is on one thread. Whoever executes a query closes its result before the work
 * ends, and nobody closes a statement.
 */
public final class StatementCache {
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private Connection connection;

    /** A cache without statements. */
    public StatementCache() {
        // they come when they are asked for
    }

    /** The statement of a text, ready to be bound. */
    public PreparedStatement prepare(Handle handle, String sql) throws SQLException {
        Connection current = handle.getConnection();
        if (current != connection) { // the writer begins with a new one after a failure
            prepared.clear();
            connection = current;
        }
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = current.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        return statement;
    }
}
