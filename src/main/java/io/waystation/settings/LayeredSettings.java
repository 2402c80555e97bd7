package io.waystation.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the settings of one hub together from their layers. A later layer wins:
 *
 * <ol>
 *   <li>the built-in {@code application.properties}, which declares every setting;
 *   <li>the built-in {@code application-<profile>.properties};
 *   <li>{@code application.properties} and {@code application-<profile>.properties} in the home folder;
 *   <li>environment variables ({@code WAYSTATION_PORT}, {@code WAYSTATION_CHANNELS_MY_CHANNEL_SECRETS}, {@code CAMEL_MAIN_NAME});
 *   <li>system properties;
 *   <li>the command line.
 * </ol>
 *
 * <p>Keys of the user's own, without that prefix, may be in the files and on the command line too, and those of the files are
 * environment variables in the same way. A {@code waystation.*} key of any layer that the built-in file does not declare is refused, with the
 * nearest declared key in the message.
 */
public final class LayeredSettings {
    private static final String PREFIX = "waystation.";
    private static final String FILE = "application.properties";
    /** Keys with a name chosen by the user in the middle; the part after it is checked by its room. */
    private static final Pattern NAMED = Pattern.compile("waystation\\.channels\\.[A-Za-z0-9_-]{1,128}\\.[a-z-]+");
    /** A secret that is in an environment variable, as settings name it. */
    private static final Pattern SECRET = Pattern.compile("env:([A-Za-z0-9_]+)");
    /** Environment variables that are not settings of the hub. */
    private static final Set<String> NOT_SETTINGS = Set.of(
            "WAYSTATION_HOME", "WAYSTATION_PROFILE", "WAYSTATION_LOG_LEVEL", "WAYSTATION_JAVA_OPTS", "WAYSTATION_TOKEN", "WAYSTATION_URL", "WAYSTATION_SECRET_KEY");

    private final Properties merged = new Properties();
    private final Set<String> declared;

    private LayeredSettings(Properties builtIn) {
        this.declared = new TreeSet<>(builtIn.stringPropertyNames());
        merged.putAll(builtIn);
    }

    /**
     * Merges all layers.
     *
     * @param profile name of the profile, or empty
     * @param home folder with files that win over the built-in ones, or empty
     * @param environment environment variables
     * @param system system properties
     * @param commandLine values given on the command line, by key
     * @return every setting, declared ones and the user's own
     * @throws InvalidSettingException when a key is unknown or the profile does not exist
     */
    public static Properties merge(Optional<String> profile, Optional<Path> home, Map<String, String> environment,
            Properties system, Map<String, String> commandLine) {
        LayeredSettings settings = new LayeredSettings(builtIn(FILE).orElseThrow());
        boolean known = profile.isEmpty();
        if (profile.isPresent()) {
            Optional<Properties> layer = builtIn(fileOf(profile.get()));
            layer.ifPresent(settings::add);
            known = layer.isPresent();
        }
        if (home.isPresent()) {
            read(home.get().resolve(FILE)).ifPresent(settings::add);
            if (profile.isPresent()) {
                Optional<Properties> layer = read(home.get().resolve(fileOf(profile.get())));
                layer.ifPresent(settings::add);
                known |= layer.isPresent();
            }
        }
        if (!known) {
            throw new InvalidSettingException(
                    "profile '" + profile.get() + "'", "has no " + fileOf(profile.get()) + ", built in or beside the hub");
        }
        Map<String, String> above = new LinkedHashMap<>();
        for (String key : system.stringPropertyNames()) {
            if (key.startsWith(PREFIX) || key.startsWith("camel.") || settings.merged.containsKey(key)) {
                above.put(key, system.getProperty(key));
            }
        }
        above.putAll(commandLine);
        Set<String> others = settings.addEnvironment(environment, above.keySet());
        above.forEach(settings::set);
        settings.refuseUnknown(others);
        return settings.merged;
    }

    /** The settings the hub declares, with their defaults. */
    public static Properties declared() {
        return builtIn(FILE).orElseThrow();
    }

    /** Environment variable of a setting. */
    public static String variable(String key) {
        return EnvironmentNames.of(key);
    }

    private void add(Properties layer) {
        for (String key : layer.stringPropertyNames()) {
            set(key, layer.getProperty(key));
        }
    }

    /** Adds the variables that are settings, and says which look like one and are none. */
    private Set<String> addEnvironment(Map<String, String> environment, Set<String> keysAbove) {
        Set<String> given = new HashSet<>(merged.stringPropertyNames());
        given.addAll(keysAbove);
        Set<String> ofFiles = new HashSet<>(declared);
        merged.stringPropertyNames().stream().filter(key -> key.contains(".") && !key.startsWith(PREFIX)).forEach(ofFiles::add);
        Map<String, String> keys = new EnvironmentNames(ofFiles, given).keys(environment.keySet());
        keys.forEach((name, key) -> set(key, environment.get(name)));
        Set<String> others = new TreeSet<>();
        for (String name : environment.keySet()) {
            if (name.startsWith("WAYSTATION_") && !name.startsWith("WAYSTATION_CLIENT_") && !NOT_SETTINGS.contains(name)
                    && !keys.containsKey(name)) {
                others.add(name);
            }
        }
        return others;
    }

    /** Refuses variables that no setting names as the place of its secret. */
    private void refuseUnknown(Set<String> variables) {
        if (variables.isEmpty()) {
            return;
        }
        Set<String> secrets = new HashSet<>();
        for (String key : merged.stringPropertyNames()) {
            Matcher named = SECRET.matcher(merged.getProperty(key));
            while (named.find()) {
                secrets.add(named.group(1));
            }
        }
        for (String name : variables) {
            if (!secrets.contains(name)) {
                throw unknown("environment variable " + name, name.toLowerCase(Locale.ROOT).replace('_', '.'));
            }
        }
    }

    private void set(String key, String value) {
        if (key.startsWith(PREFIX) && !declared.contains(key) && !NAMED.matcher(key).matches()) {
            throw unknown(key, key);
        }
        merged.setProperty(key, value);
    }

    private InvalidSettingException unknown(String name, String key) {
        String nearest = Nearest.to(key, declared.stream().filter(candidate -> candidate.startsWith(PREFIX)).toList()).orElse("");
        return new InvalidSettingException(name, "is not a setting of this hub; did you mean " + nearest + "?");
    }

    private static String fileOf(String profile) {
        return "application-" + profile + ".properties";
    }

    private static Optional<Properties> builtIn(String name) {
        try (InputStream stream = LayeredSettings.class.getResourceAsStream("/" + name)) {
            if (stream == null) {
                return Optional.empty();
            }
            Properties properties = new Properties();
            properties.load(stream);
            return Optional.of(properties);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Optional<Properties> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            Properties properties = new Properties();
            properties.load(reader);
            return Optional.of(properties);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new InvalidSettingException(file.toString(), "cannot be read: " + unreadable.getMessage());
        }
    }
}
