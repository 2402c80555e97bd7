package io.waystation.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The migrations of this program, for the two cases of a start that need no Flyway, which takes a third of a second for the one
 * and twice as long for the other: nothing is to be migrated, and there is no database yet.
 *
 * <p>Compares Flyway's history of the schema with the files: versions and checksums must be the same, all of them. In any
 * doubt it says no, and Flyway looks itself. What is made here is what Flyway would have made, history included.
 */
final class Migrations {
    /** Where the files are. */
    static final String FOLDER = "db/migration";

    private static final Pattern NAME = Pattern.compile("V([0-9_]+?)__(.+)\\.sql");
    private static final String HISTORY = "SELECT version, checksum, success FROM flyway_schema_history";

    private static final String CREATE_HISTORY = """
            CREATE TABLE "flyway_schema_history" (
                "installed_rank" INT NOT NULL PRIMARY KEY,
                "version" VARCHAR(50),
                "description" VARCHAR(200) NOT NULL,
                "type" VARCHAR(20) NOT NULL,
                "script" VARCHAR(1000) NOT NULL,
                "checksum" INT,
                "installed_by" VARCHAR(100) NOT NULL,
                "installed_on" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
                "execution_time" INT NOT NULL,
                "success" BOOLEAN NOT NULL
            );
            CREATE INDEX "flyway_schema_history_s_idx" ON "flyway_schema_history" ("success");
            """;
    private static final String INSERT_HISTORY = "INSERT INTO flyway_schema_history (installed_rank, version, description, "
            + "type, script, checksum, installed_by, execution_time, success) VALUES (?, ?, ?, 'SQL', ?, ?, '', 0, 1)";

    private Migrations() {
    }

    /** Applies all to an empty database, in one transaction. */
    static void applyAll(Connection connection, Map<String, String> placeholders) throws SQLException, IOException, URISyntaxException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(CREATE_HISTORY); // several statements, which this driver takes in one
            int rank = 0;
            for (MigrationFile file : files()) {
                String script = file.script();
                for (Map.Entry<String, String> placeholder : placeholders.entrySet()) {
                    script = script.replace("${" + placeholder.getKey() + "}", placeholder.getValue());
                }
                statement.executeUpdate(script);
                note(connection, ++rank, file);
            }
            connection.commit();
        }
    }

    private static void note(Connection connection, int rank, MigrationFile file) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_HISTORY)) {
            insert.setInt(1, rank);
            insert.setString(2, file.migration().version());
            insert.setString(3, file.description());
            insert.setString(4, file.name());
            insert.setInt(5, file.migration().checksum());
            insert.executeUpdate();
        }
    }

    /** Whether exactly the migrations of this program were applied. */
    static boolean areApplied(Connection connection) {
        try {
            return files().stream().map(MigrationFile::migration).collect(Collectors.toSet()).equals(applied(connection));
        } catch (IOException | SQLException | URISyntaxException unknown) {
            return false; // a new file, for one
        }
    }

    private record Migration(String version, int checksum) {
    }

    private static Set<Migration> applied(Connection connection) throws SQLException {
        Set<Migration> applied = new HashSet<>();
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(HISTORY)) {
            while (rows.next()) {
                if (!rows.getBoolean("success")) {
                    return Set.of();
                }
                applied.add(new Migration(rows.getString("version"), rows.getInt("checksum")));
            }
        }
        return applied;
    }

    private record MigrationFile(Migration migration, String name, String description, String script) {
    }

    /** All files, in the order of their versions. */
    private static List<MigrationFile> files() throws IOException, URISyntaxException {
        ClassLoader loader = Migrations.class.getClassLoader();
        List<MigrationFile> files = new ArrayList<>();
        for (String name : names(loader.getResource(FOLDER))) {
            Matcher parts = NAME.matcher(name);
            if (!parts.matches()) {
                throw new IOException(name + " has no version");
            }
            try (InputStream file = loader.getResourceAsStream(FOLDER + "/" + name)) {
                String script = new String(file.readAllBytes(), StandardCharsets.UTF_8);
                Migration migration = new Migration(parts.group(1).replace('_', '.'), checksum(script));
                files.add(new MigrationFile(migration, name, parts.group(2).replace('_', ' '), script));
            }
        }
        files.sort((a, b) -> Arrays.compare(numbers(a), numbers(b)));
        return files;
    }

    private static int[] numbers(MigrationFile file) {
        return Arrays.stream(file.migration().version().split("\\.")).mapToInt(Integer::parseInt).toArray();
    }

    private static List<String> names(URL folder) throws IOException, URISyntaxException {
        URLConnection connection = folder.openConnection();
        if (connection instanceof JarURLConnection inJar) {
            JarFile jar = inJar.getJarFile();
            return jar.stream().map(entry -> entry.getName())
                    .filter(name -> name.startsWith(FOLDER + "/") && !name.endsWith("/"))
                    .map(name -> name.substring(FOLDER.length() + 1)).toList();
        }
        URI place = folder.toURI();
        try (Stream<Path> files = Files.list(Path.of(place))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Flyway's checksum of a file: of its lines without their ends. */
    private static int checksum(String script) {
        CRC32 checksum = new CRC32();
        script.lines().forEach(line -> checksum.update(line.getBytes(StandardCharsets.UTF_8)));
        return (int) checksum.getValue();
    }
}
