package io.waystation.store;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Opens connections to the embedded store and brings its schema up to date. */
final class SqliteDatabase {
    private static final int BUSY_MILLIS = 10_000;
    private static final int CHECKPOINT_BUSY_MILLIS = 100;
    private static final int CACHE_KIB = 16 * 1024;
    /** In SQLite only INTEGER is the row's own key. */
    private static final Map<String, String> PLACEHOLDERS = Map.of("key64", "INTEGER");

    private final Path file;
    private final Lent lent = new Lent();
    /** One for all handles: its settings and parsed statements cost more than a small read. */
    private final Jdbi jdbi = Jdbi.create(lent);

    SqliteDatabase(Path file) {
        this.file = file;
        StatementParser parser = new StatementParser();
        jdbi.setSqlParser(parser);
        jdbi.setTemplateEngine(parser);
    }

    Path file() {
        return file;
    }

    /**
     * A connection that may write, between two transactions. Whoever writes ends auto-commit, which begins a transaction that
     * nobody else writes in, and turns it on again, which commits: {@link Connection#commit()} of this driver begins the next one
     * at once, and while that is open the write-ahead log cannot start over. Commits are durable when they return.
     */
    Connection openWriter() throws SQLException {
        SQLiteConfig config = config();
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        return config.createConnection(url());
    }

    /** A connection that reads a consistent snapshot per statement and cannot write. */
    Connection openReader() throws SQLException {
        Connection connection = config().createConnection(url());
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only=1");
        }
        return connection;
    }

    /** A connection in auto-commit for migrations. */
    Connection openMaintenance() throws SQLException {
        return config().createConnection(url());
    }

    /** The same for checkpoints, which hold up nobody for longer than {@value #CHECKPOINT_BUSY_MILLIS} ms to wait for readers. */
    Connection openCheckpoints() throws SQLException {
        SQLiteConfig config = config();
        config.setBusyTimeout(CHECKPOINT_BUSY_MILLIS);
        return config.createConnection(url());
    }

    /** A handle for a connection, which it does not close. */
    Handle handle(Connection connection) {
        lent.current.set(connection);
        try {
            return jdbi.open();
        } finally {
            lent.current.remove();
        }
    }

    /** The connection that the handle being opened is for. */
    private static final class Lent implements ConnectionFactory {
        private final ThreadLocal<Connection> current = new ThreadLocal<>();

        @Override
        public Connection openConnection() {
            return current.get();
        }

        @Override
        public void closeConnection(Connection open) {
            // whoever lent it closes it
        }
    }

    private String url() {
        return "jdbc:sqlite:" + file;
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setCacheSize(-CACHE_KIB);
        config.enforceForeignKeys(true);
        config.setGetGeneratedKeys(false); // nobody asks for them, and to keep them costs every insert
        config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, "0"); // checkpoints have a thread of their own
        return config;
    }

    /**
     * Applies the migrations that are missing.
     *
     * @throws StartupException {@code data-format-newer} when the schema is newer than this program, {@code disk-full},
     *     {@code store-unusable} when the file is damaged or cannot be migrated
     */
    void migrate() {
        if (!isCurrent() && !create()) {
            applyMissing();
        }
    }

    /** Makes the schema where there is no database yet; when that fails, Flyway tries the same and says what is wrong. */
    private boolean create() {
        if (Files.exists(file)) {
            return false;
        }
        try (Connection connection = openMaintenance()) {
            Migrations.applyAll(connection, PLACEHOLDERS);
            return true;
        } catch (SQLException | IOException | URISyntaxException failed) {
            refuseFullDisk(failed);
            return false;
        }
    }

    private void refuseFullDisk(Exception failure) {
        if (translate("", failure).code() == StoreException.Code.FULL) {
            throw new StartupException("disk-full", "the disk with the store " + file + " is full; make room and start again", failure);
        }
    }

    /** Whether nothing is to be migrated; a file that cannot be read is Flyway's to judge. */
    boolean isCurrent() {
        if (!Files.exists(file)) {
            return false;
        }
        try (Connection connection = openMaintenance()) {
            return Migrations.areApplied(connection);
        } catch (SQLException unusable) {
            return false;
        }
    }

    /** What {@link #migrate} leaves to Flyway. */
    void applyMissing() {
        SQLiteDataSource source = new SQLiteDataSource(config());
        source.setUrl(url());
        try {
            Flyway.configure(SqliteDatabase.class.getClassLoader())
                    .dataSource(source)
                    .locations("classpath:" + Migrations.FOLDER)
                    .placeholders(PLACEHOLDERS)
                    .failOnMissingLocations(true)
                    .ignoreMigrationPatterns(new String[0]) // a migration we do not know means a newer program wrote it
                    .load()
                    .migrate();
        } catch (FlywayValidateException e) {
            throw new StartupException("data-format-newer", "the store " + file
                    + " was written by a different, probably newer, Waystation; start that one or restore a backup", e);
        } catch (FlywayException e) {
            refuseFullDisk(e);
            throw new StartupException("store-unusable", "cannot open or migrate the store " + file + ": "
                    + e.getMessage().lines().findFirst().orElse("") + "; restore a backup if the file is damaged", e);
        }
    }

    /** The store's own words for a database error. */
    static StoreException translate(String doing, Throwable failure) {
        if (failure instanceof StoreException already) {
            return already;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException sqlite) {
                StoreException.Code code = code(sqlite.getResultCode());
                return new StoreException(code, doing + " failed: " + sqlite.getMessage(), failure);
            }
        }
        return new StoreException(StoreException.Code.FAILED, doing + " failed: " + failure, failure);
    }

    private static StoreException.Code code(SQLiteErrorCode code) {
        return switch (code) {
            case SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_SHMSIZE,
                    SQLITE_IOERR_SHMMAP -> StoreException.Code.FULL;
            case SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_LOCKED -> StoreException.Code.BUSY;
            case SQLITE_INTERRUPT -> StoreException.Code.TIMEOUT;
            default -> StoreException.Code.FAILED;
        };
    }

    /** Whether a failure comes from the database file itself, so that the whole transaction is lost. */
    static boolean losesTransaction(Throwable failure) {
        StoreException.Code code = translate("", failure).code();
        return code == StoreException.Code.FULL;
    }
}
