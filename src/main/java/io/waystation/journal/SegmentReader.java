package io.waystation.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import com.github.luben.zstd.ZstdDecompressCtx;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;

/** A read-only connection to one segment. One thread at a time. */
final class SegmentReader implements AutoCloseable {
    private static final String COLUMNS =
            "SELECT first_offset, count, millis, channel, summary, format, checksum, content FROM batch ";
    private static final int CONTENT = 8;

    /** Takes rows in order until it has enough. */
    interface RowConsumer {
        /** Whether to go on with the next row. */
        boolean accept(Row row) throws SQLException;
    }

    private final SegmentFile file;
    private final Connection connection;
    private final Map<Long, String> channels = new HashMap<>();
    private final PreparedStatement all;
    private final PreparedStatement ofChannel;
    private ZstdDecompressCtx decompressor;

    SegmentReader(SegmentFile file) throws SQLException {
        this.file = file;
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(5_000);
        connection = config.createConnection(file.url());
        try {
            all = connection.prepareStatement(COLUMNS + "WHERE first_offset >= coalesce("
                    + "(SELECT max(first_offset) FROM batch WHERE first_offset <= ?), 0) ORDER BY first_offset");
            ofChannel = connection.prepareStatement(COLUMNS + "WHERE channel = ? AND first_offset >= coalesce("
                    + "(SELECT max(first_offset) FROM batch WHERE channel = ? AND first_offset <= ?), 0)"
                    + " ORDER BY first_offset");
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    SegmentFile file() {
        return file;
    }

    /** Hands over every batch that reaches an offset or beyond. */
    void scan(long from, RowConsumer consumer) throws SQLException {
        all.setLong(1, from);
        run(all, consumer);
    }

    /** Hands over every batch of a channel that reaches an offset or beyond; false when the channel is not in here. */
    boolean scan(String channel, long from, RowConsumer consumer) throws SQLException {
        Optional<Long> id = channelId(channel);
        if (id.isEmpty()) {
            return false;
        }
        ofChannel.setLong(1, id.get());
        ofChannel.setLong(2, id.get());
        ofChannel.setLong(3, from);
        run(ofChannel, consumer);
        return true;
    }

    private void run(PreparedStatement statement, RowConsumer consumer) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            Row row = new Row(rows);
            while (rows.next() && consumer.accept(row)) {
                continue; // the consumer has taken the row
            }
        }
    }

    /** Newest offset of each channel in this segment. */
    Map<String, Long> newestOffsets() throws SQLException {
        return offsets("SELECT c.name, (SELECT b.first_offset + b.count - 1 FROM batch b WHERE b.channel = c.id"
                + " ORDER BY b.first_offset DESC LIMIT 1) FROM channel c", 0);
    }

    /** Newest offset of a channel among the batches older than a time, or 0. */
    long newestOffsetBefore(String channel, long millis) throws SQLException {
        Optional<Long> id = channelId(channel);
        if (id.isEmpty()) {
            return 0;
        }
        // Milliseconds never step back, so the first match from the end is the newest of the older ones.
        return offsets("SELECT '', (SELECT first_offset + count - 1 FROM batch WHERE channel = " + id.get()
                + " AND millis < ? ORDER BY first_offset DESC LIMIT 1)", millis).getOrDefault("", 0L);
    }

    private Map<String, Long> offsets(String sql, long parameter) throws SQLException {
        Map<String, Long> offsets = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            if (sql.indexOf('?') > 0) {
                statement.setLong(1, parameter);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    long offset = rows.getLong(2);
                    if (!rows.wasNull()) {
                        offsets.put(rows.getString(1), offset);
                    }
                }
            }
        }
        return offsets;
    }

    /** Milliseconds of the newest event, else the least an event may have here. */
    long lastMillis() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT coalesce((SELECT millis FROM batch"
                        + " ORDER BY first_offset DESC LIMIT 1), (SELECT not_before FROM segment))")) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /** Offset of the newest event, or of what comes before the first one where there is none. */
    long lastOffset(long first) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT first_offset + count - 1 FROM batch ORDER BY first_offset DESC LIMIT 1")) {
            return rows.next() ? rows.getLong(1) : first - 1;
        }
    }

    private Optional<Long> channelId(String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT id FROM channel WHERE name = ?")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(rows.getLong(1)) : Optional.empty();
            }
        }
    }

    private String channelName(long id) throws SQLException {
        String known = channels.get(id);
        if (known != null) {
            return known;
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name FROM channel WHERE id = " + id)) {
            String name = rows.next() ? rows.getString(1) : "?";
            channels.put(id, name);
            return name;
        }
    }

    private ZstdDecompressCtx decompressor() {
        if (decompressor == null) {
            decompressor = new ZstdDecompressCtx();
        }
        return decompressor;
    }

    @Override
    public void close() throws SQLException {
        if (decompressor != null) {
            decompressor.close();
        }
        connection.close();
    }

    /** Whether SQLite says that the file itself is damaged, and not that it could not be read just now. */
    static boolean isDamage(SQLException failed) {
        int code = failed.getErrorCode() & 0xFF;
        return code == SQLiteErrorCode.SQLITE_CORRUPT.code || code == SQLiteErrorCode.SQLITE_NOTADB.code;
    }

    /** The row under the cursor; its content is read from disk only when asked for. */
    final class Row {
        private final ResultSet rows;

        private Row(ResultSet rows) {
            this.rows = rows;
        }

        long first() throws SQLException {
            return rows.getLong(1);
        }

        long last() throws SQLException {
            return first() + Math.max(1, rows.getInt(2)) - 1;
        }

        String channel() throws SQLException {
            return channelName(rows.getLong(4));
        }

        BatchSummary summary() throws SQLException, DamagedBatchException {
            try {
                return BatchSummary.decode(rows.getBytes(5));
            } catch (RuntimeException unreadable) {
                throw new DamagedBatchException("summary cannot be read", unreadable);
            }
        }

        Batch decode() throws SQLException, DamagedBatchException {
            byte[] content;
            try {
                content = rows.getBytes(CONTENT);
            } catch (SQLException failed) {
                if (isDamage(failed)) {
                    throw new DamagedBatchException("pages of the content are damaged", failed);
                }
                throw failed;
            }
            byte[] summary = rows.getBytes(5);
            if (content == null || summary == null) {
                throw new DamagedBatchException("content is missing", null);
            }
            return BatchCodec.decode(new StoredBatch(rows.getLong(1), rows.getInt(2), rows.getLong(3), channel(),
                    summary, rows.getInt(6), rows.getLong(7), content), decompressor());
        }
    }
}
