package io.waystation.journal;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;

/** The connection that appends to the newest segment. For the writer thread only, but see {@link #seal}. */
final class SegmentWriter implements AutoCloseable {
    /** Larger pages hold a batch with fewer overflow pages and cost a small commit little. */
    static final int PAGE_BYTES = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(SegmentWriter.class);
    private static final int VERSION = 1;

    private final SegmentFile file;
    private final Connection connection;
    private final Map<String, Long> channels = new HashMap<>();
    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement insert;
    private long next;
    private long lastMillis;
    private long startMillis;
    private boolean empty;
    private long bytes;

    private SegmentWriter(SegmentFile file, Connection connection) throws SQLException {
        this.file = file;
        this.connection = connection;
        begin = connection.prepareStatement("BEGIN IMMEDIATE");
        commit = connection.prepareStatement("COMMIT");
        insert = connection.prepareStatement("INSERT INTO batch"
                + " (first_offset, count, millis, channel, summary, format, checksum, content)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        readState();
    }

    /** Creates a segment that starts at an offset; no position in it is older than the given milliseconds. */
    static SegmentWriter create(SegmentFile file, long notBefore, long now) throws SQLException, IOException {
        file.delete();
        Connection connection = null;
        try {
            connection = connect(file);
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                statement.execute("CREATE TABLE segment (version INTEGER NOT NULL, first_offset INTEGER NOT NULL,"
                        + " not_before INTEGER NOT NULL, created INTEGER NOT NULL)");
                statement.execute("CREATE TABLE channel (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)");
                statement.execute("CREATE TABLE batch (first_offset INTEGER PRIMARY KEY, count INTEGER NOT NULL,"
                        + " millis INTEGER NOT NULL, channel INTEGER NOT NULL, summary BLOB NOT NULL,"
                        + " format INTEGER NOT NULL, checksum INTEGER NOT NULL, content BLOB NOT NULL)");
                statement.execute("CREATE INDEX batch_channel ON batch (channel, first_offset)");
                statement.execute("INSERT INTO segment VALUES (" + VERSION + ", " + file.first() + ", " + notBefore
                        + ", " + now + ")");
                statement.execute("COMMIT");
            }
            file.syncFolder();
            return new SegmentWriter(file, connection);
        } catch (Throwable failed) {
            discard(file, connection, failed);
            throw failed;
        }
    }

    /** Nothing of a segment that was not finished may stay: the log goes on before it, and the next start would take it for a later part. */
    private static void discard(SegmentFile file, Connection connection, Throwable cause) {
        try (connection) {
            file.delete();
        } catch (SQLException | IOException failed) {
            cause.addSuppressed(failed);
        }
    }

    /** Opens a segment for appending; null when it was never finished being created and holds nothing. */
    static SegmentWriter open(SegmentFile file) throws SQLException {
        Connection connection = connect(file);
        try {
            if (!isComplete(connection)) {
                connection.close();
                return null;
            }
            return new SegmentWriter(file, connection);
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    /** Undoes a transaction that a process left unfinished in a segment which is no write-ahead segment any more. */
    static void rollBack(SegmentFile file) throws SQLException {
        try (Connection connection = JDBC.createConnection(file.url(), new Properties()); // reading is enough
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 5000");
            statement.executeQuery("SELECT count(*) FROM sqlite_master").close();
        }
    }

    static Connection connect(SegmentFile file) throws SQLException {
        Properties options = new Properties();
        options.setProperty(SQLiteConfig.Pragma.JDBC_GET_GENERATED_KEYS.pragmaName, "false"); // would cost every insert
        Connection connection = JDBC.createConnection(file.url(), options);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 5000");
            statement.execute("PRAGMA page_size = " + PAGE_BYTES);
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA wal_autocheckpoint = 0");
            return connection;
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    private static boolean isComplete(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM sqlite_master WHERE name = 'segment'")) {
            return rows.next() && rows.getInt(1) == 1;
        }
    }

    private void readState() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("SELECT version, not_before, created FROM segment")) {
                rows.next();
                if (rows.getInt(1) > VERSION) {
                    throw new IllegalStateException(file + " was written by a newer version of the hub");
                }
                lastMillis = rows.getLong(2);
                startMillis = rows.getLong(3);
                next = file.first();
            }
            try (ResultSet rows = statement.executeQuery(
                    "SELECT first_offset + count, millis FROM batch ORDER BY first_offset DESC LIMIT 1")) {
                empty = !rows.next();
                if (!empty) {
                    next = rows.getLong(1);
                    lastMillis = rows.getLong(2);
                }
            }
            try (ResultSet rows = statement.executeQuery("SELECT id, name FROM channel")) {
                while (rows.next()) {
                    channels.put(rows.getString(2), rows.getLong(1));
                }
            }
        }
        bytes = file.size();
    }

    /** Writes the rows in one transaction, which is on disk when this returns; after a failure close this writer. */
    void append(List<StoredBatch> batches, WriteFault fault) throws SQLException {
        begin.execute();
        try {
            for (StoredBatch batch : batches) {
                insert.setLong(1, batch.first());
                insert.setInt(2, batch.count());
                insert.setLong(3, batch.millis());
                insert.setLong(4, channelId(batch.channel()));
                insert.setBytes(5, batch.summary());
                insert.setInt(6, batch.format());
                insert.setLong(7, batch.checksum());
                insert.setBytes(8, batch.content());
                insert.executeUpdate();
                bytes += batch.content().length + 160;
            }
            fault.beforeCommit();
            commit.execute();
            fault.afterCommit();
        } catch (SQLException failed) {
            channels.clear();
            rollBack(failed);
            throw failed;
        }
        StoredBatch newest = batches.get(batches.size() - 1);
        next = newest.last() + 1;
        lastMillis = newest.millis();
        empty = false;
    }

    private void rollBack(SQLException failed) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ROLLBACK");
        } catch (SQLException alreadyRolledBack) {
            failed.addSuppressed(alreadyRolledBack);
        }
    }

    private long channelId(String name) throws SQLException {
        Long known = channels.get(name);
        if (known != null) {
            return known;
        }
        long id = channels.size() + 1L;
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO channel (id, name) VALUES (?, ?)")) {
            statement.setLong(1, id);
            statement.setString(2, name);
            statement.executeUpdate();
        }
        channels.put(name, id);
        return id;
    }

    /** Finishes a checkpoint of which almost nothing remains, so that the next transaction reuses the log's start. */
    void finishCheckpoint() throws SQLException {
        checkpoint(connection, "PASSIVE");
    }

    /**
     * Runs a checkpoint.
     *
     * @return pages in the write-ahead log and how many of them are in the main file now
     */
    static long[] checkpoint(Connection connection, String mode) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            rows.next();
            return new long[] {rows.getLong(2), rows.getLong(3)};
        }
    }

    /** Moves everything into the main file and closes; from another thread once the writer has let go of it. */
    void seal() throws SQLException {
        try (connection; Statement statement = connection.createStatement()) {
            begin.close();
            commit.close();
            insert.close();
            statement.execute("PRAGMA busy_timeout = 100");
            checkpoint(connection, "TRUNCATE");
            // Fails while a reader is in the file; then it stays a write-ahead segment, which costs it two empty files.
            leaveWriteAheadMode(statement);
        }
    }

    private void leaveWriteAheadMode(Statement statement) {
        try {
            statement.execute("PRAGMA journal_mode = DELETE");
        } catch (SQLException busy) {
            LOG.debug("{} stays in write-ahead mode: {}", file, busy.getMessage());
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    SegmentFile file() {
        return file;
    }

    /** Offset the next event gets. */
    long next() {
        return next;
    }

    /** Milliseconds of the newest position, or the least the next may have. */
    long lastMillis() {
        return lastMillis;
    }

    long startMillis() {
        return startMillis;
    }

    boolean isEmpty() {
        return empty;
    }

    /** About how large the main file is or will be. */
    long bytes() {
        return bytes;
    }
}
