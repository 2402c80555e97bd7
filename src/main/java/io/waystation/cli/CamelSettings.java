package io.waystation.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.main.Main;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.LayeredSettings;

/**
 * Checks the values of Camel's own settings by their description in camel-main: Camel takes a word for 0 where it wants
 * a number, and passes over a word that is none of those it knows.
 */
final class CamelSettings {
    private static final String DESCRIPTION = "/META-INF/camel-main-configuration-metadata.json";
    private static final String PREFIX = "camel.";

    private CamelSettings() {
    }

    /**
     * Refuses values of the wrong kind. Reads the description only if somebody set something of Camel's.
     *
     * @throws InvalidSettingException naming the first key, in the order of keys
     */
    static void check(Properties settings, Map<String, String> environment) {
        Properties declared = LayeredSettings.declared();
        Map<String, String> given = new TreeMap<>();
        for (String key : settings.stringPropertyNames()) {
            String value = settings.getProperty(key);
            if (key.startsWith(PREFIX) && !value.equals(declared.getProperty(key))) {
                given.put(key, value);
            }
        }
        environment.forEach((name, value) -> {
            if (name.startsWith("CAMEL_")) {
                given.put(name, value);
            }
        });
        if (!given.isEmpty()) {
            Map<String, JsonNode> known = describe();
            given.forEach((key, value) -> check(key, value.trim(), known.get(plain(key))));
        }
    }

    private static Map<String, JsonNode> describe() {
        try (InputStream file = Main.class.getResourceAsStream(DESCRIPTION)) {
            Map<String, JsonNode> known = new HashMap<>();
            new ObjectMapper().readTree(file).path("properties")
                    .forEach(property -> known.put(plain(property.path("name").asText()), property));
            return known;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Camel takes {@code shutdownTimeout}, {@code shutdown-timeout} and {@code SHUTDOWNTIMEOUT} for the same. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
    }

    private static void check(String key, String value, JsonNode property) {
        if (property == null || value.isEmpty() || value.contains("{{") || value.startsWith("#")) {
            return; // Camel says itself what it does not know; placeholders and beans are looked up later
        }
        switch (property.path("type").asText()) {
            case "integer" -> require(key, value, value.matches("-?\\d+|(\\d+(ms|[smhd]))+"), "a whole number");
            case "number" -> require(key, value, value.matches("-?\\d+(\\.\\d+)?"), "a number");
            case "boolean" -> require(key, value, value.matches("(?i)true|false"), "true or false");
            case "enum" -> require(key, value, StreamSupport.stream(property.path("enum").spliterator(), false)
                    .anyMatch(word -> plain(word.asText()).equals(plain(value))), "one of " + property.path("enum"));
            default -> {
                // a text may be anything
            }
        }
    }

    private static void require(String key, String value, boolean right, String kind) {
        if (!right) {
            throw new InvalidSettingException(key, "must be " + kind + ", not '" + value + "'");
        }
    }
}
