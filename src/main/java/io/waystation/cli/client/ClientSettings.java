package io.waystation.cli.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import io.waystation.settings.InvalidSettingException;

/**
 * Settings of a client, later ones win: the built-in {@code client/client.properties}, which declares them
 * all; the same file in the home folder; environment ({@code WAYSTATION_CLIENT_RETRIES}); command line.
 */
public final class ClientSettings {
    /** Every setting of a client starts with this. */
    public static final String PREFIX = "waystation.client.";

    private static final String FILE = "client/client.properties";

    private ClientSettings() {
    }

    /**
     * Merges the layers.
     *
     * @param home folder whose files win over the built-in ones, or empty
     * @param environment environment variables
     * @param commandLine values by key without {@link #PREFIX}, or whole keys of Camel
     * @throws InvalidSettingException when a key is unknown
     */
    public static Properties merge(Optional<Path> home, Map<String, String> environment, Map<String, String> commandLine) {
        Properties declared = builtIn();
        Properties merged = new Properties();
        merged.putAll(declared);
        home.map(folder -> folder.resolve(FILE)).filter(Files::exists).ifPresent(file -> {
            Properties layer = read(file);
            layer.stringPropertyNames().forEach(key -> set(declared, merged, key, layer.getProperty(key)));
        });
        for (String key : declared.stringPropertyNames()) {
            String value = environment.get(key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
            if (value != null) {
                merged.setProperty(key, value);
            }
        }
        commandLine.forEach((key, value) ->
                set(declared, merged, key.contains(".") ? key : PREFIX + key, value));
        return merged;
    }

    private static void set(Properties declared, Properties merged, String key, String value) {
        if (key.startsWith("waystation.") && declared.getProperty(key) == null) {
            throw new InvalidSettingException(key, "is not a setting of a client");
        }
        merged.setProperty(key, value);
    }

    private static Properties builtIn() {
        try (InputStream stream = ClientSettings.class.getResourceAsStream("/" + FILE)) {
            Properties properties = new Properties();
            properties.load(stream);
            return properties;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Properties read(Path file) {
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            Properties properties = new Properties();
            properties.load(reader);
            return properties;
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new InvalidSettingException(file.toString(), "cannot be read: " + unreadable.getMessage());
        }
    }
}
