package io.waystation.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Says whether a schema is the one this program knows, without starting Flyway, which takes a third of a second.
 *
 * <p>Compares Flyway's history of the schema with the files: versions and checksums must be the same, all of them. In any
 * doubt it says no, and Flyway looks itself.
 */
final class Migrations {
    /** Where the files are. */
    static final String FOLDER = "db/migration";

    private static final Pattern NAME = Pattern.compile("V([0-9_]+?)__.+\\.sql");
    private static final String HISTORY = "SELECT version, checksum, success FROM flyway_schema_history";

    private Migrations() {
    }

    /** Whether exactly the migrations of this program were applied. */
    static boolean areApplied(Connection connection) {
        try {
            return known().equals(applied(connection));
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

    private static Set<Migration> known() throws IOException, URISyntaxException {
        ClassLoader loader = Migrations.class.getClassLoader();
        Set<Migration> known = new HashSet<>();
        for (String name : names(loader.getResource(FOLDER))) {
            Matcher version = NAME.matcher(name);
            if (!version.matches()) {
                throw new IOException(name + " has no version");
            }
            try (InputStream file = loader.getResourceAsStream(FOLDER + "/" + name)) {
                known.add(new Migration(version.group(1).replace('_', '.'), checksum(file)));
            }
        }
        return known;
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
    private static int checksum(InputStream file) throws IOException {
        CRC32 checksum = new CRC32();
        BufferedReader lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            checksum.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return (int) checksum.getValue();
    }
}
