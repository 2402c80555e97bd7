package io.waystation.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationsTest {
    @TempDir
    Path folder;

    @Test
    void makesANewDatabaseAsFlywayDoes() throws SQLException {
        SqliteDatabase quick = new SqliteDatabase(folder.resolve("quick.db"));
        SqliteDatabase byFlyway = new SqliteDatabase(folder.resolve("flyway.db"));

        quick.migrate();
        byFlyway.applyMissing();

        assertThat(rows(quick, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"))
                .isEqualTo(rows(byFlyway, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"));
        String history = "SELECT installed_rank, version, description, type, script, checksum, installed_by, success "
                + "FROM flyway_schema_history ORDER BY installed_rank";
        assertThat(rows(quick, history)).isNotEmpty().isEqualTo(rows(byFlyway, history));
    }

    @Test
    void flywayAcceptsWhatWasMadeWithoutIt() {
        SqliteDatabase database = new SqliteDatabase(folder.resolve("store.db"));
        database.migrate();

        assertThat(database.isCurrent()).isTrue();
        database.applyMissing(); // would throw if a checksum or a version were not its own
    }

    private static List<String> rows(SqliteDatabase database, String query) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = database.openMaintenance(); Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                StringBuilder row = new StringBuilder();
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    String value = rows.getString(column);
                    row.append(value == null ? "null" : value.replaceAll("\\s+", " ").strip()).append('|');
                }
                found.add(row.toString());
            }
        }
        return found;
    }
}
