package io.waystation.cli.client;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.waystation.relay.ShownAddress;
import io.waystation.relay.StreamDialect;
import io.waystation.settings.FileLocation;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsFirst;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client as one Camel application: its settings, its beans, and its routes, which are YAML. */
public final class ClientApplication {
    private static final Logger LOG = LoggerFactory.getLogger(ClientApplication.class);

    /** What Camel reads as something else in the address of a folder it takes files from, however it is written. */
    private static final Pattern NOT_IN_AN_ADDRESS = Pattern.compile("[?]|[{]{2}|%\\p{XDigit}{2}");

    private ClientApplication() {
    }

    /**
     * A client ready to start.
     *
     * @param given settings, see {@link ClientSettings#merge}
     * @param home folder whose {@code client/*.camel.yaml} wins over the built-in routes, or empty
     */
    public static Main create(Properties given, Optional<Path> home) {
        Properties settings = new Properties();
        settings.putAll(given);
        String url = settings.getProperty(ClientSettings.PREFIX + "url");
        if (url.isBlank()) {
            throw new InvalidSettingException(ClientSettings.PREFIX + "url", "is not set");
        }
        fill(settings, "data", () -> ClientFolder.usual(
                url, settings.getProperty(ClientSettings.PREFIX + "target"), System.getenv()).toString());
        Path data = Path.of(settings.getProperty(ClientSettings.PREFIX + "data")).toAbsolutePath().normalize();
        settings.setProperty(ClientSettings.PREFIX + "data", data.toString());
        if (settings.getProperty(ClientSettings.PREFIX + "cursor").isBlank()) {
            fill(settings, "state-file", () -> data.resolve("position").toString());
        }
        check(Settings.of(values(settings)));
        Main main = new Main();
        main.setAppName("Waystation client");
        main.configure().setName("waystation-client");
        main.setPropertyPlaceholderLocations("false"); // the layers are merged already
        camel().forEach(main::addInitialProperty);
        settings.forEach((key, value) -> main.addInitialProperty((String) key, (String) value));
        main.addInitialProperty(ClientSettings.PREFIX + "url", BasicCredentials.without(URI.create(url)).toString()); // Camel logs it
        main.addInitialProperty("camel.main.routesIncludePattern", routes(home));
        main.addMainListener(new SettingsFirst());
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport starting) {
                ClientBeans.bind(starting.getCamelContext(), Settings.of(values(settings)));
                tell(Settings.of(values(settings)));
            }
        });
        return main;
    }

    /** Says what goes where. */
    private static void tell(Settings settings) {
        String target = settings.text(ClientSettings.PREFIX + "target").map(address -> ShownAddress.of(URI.create(address))).orElse("no target");
        String position = settings.text(ClientSettings.PREFIX + "cursor").map(name -> "by the hub as " + name)
                .orElseGet(() -> "in " + settings.required(ClientSettings.PREFIX + "state-file"));
        LOG.info("events of {} go to {}; the position is kept {}, dead letters in {}",
                ShownAddress.of(URI.create(settings.required(ClientSettings.PREFIX + "url"))), target, position,
                settings.required(ClientSettings.PREFIX + "data"));
    }

    /** What would else fail later, in words of Camel or Java. */
    private static void check(Settings settings) {
        String data = settings.required(ClientSettings.PREFIX + "data");
        if (NOT_IN_AN_ADDRESS.matcher(data).find()) {
            throw new InvalidSettingException(ClientSettings.PREFIX + "data", "must be a folder without '?', '{{' and '%' before two hex digits"
                    + " in its path, not '" + data + "'; name another with --data");
        }
        settings.number(ClientSettings.PREFIX + "parallel", 1, 1_000);
        boolean isIdle = Stream.of("target", "exec", "save-dir").allMatch(name -> settings.text(ClientSettings.PREFIX + name).isEmpty())
                && !settings.flag(ClientSettings.PREFIX + "invalidate");
        if (isIdle) {
            throw new InvalidSettingException(ClientSettings.PREFIX + "target",
                    "is not set, so that nothing would be done with the events: name a TARGET, --exec, --save-dir or --invalidate");
        }
        if (Stream.of("cursor", "state-file").allMatch(name -> settings.text(ClientSettings.PREFIX + name).isPresent())) {
            throw new InvalidSettingException(ClientSettings.PREFIX + "cursor",
                    "and state-file (--cursor and --state-file) exclude each other: one of them keeps the position");
        }
        settings.text(ClientSettings.PREFIX + "cursor").filter(name -> !name.matches("[A-Za-z0-9._-]{1,128}")).ifPresent(name -> {
            throw new InvalidSettingException(ClientSettings.PREFIX + "cursor",
                    "must be 1 to 128 letters, digits, dots, underscores and hyphens, not '" + name + "'");
        });
        String dialect = settings.required(ClientSettings.PREFIX + "dialect");
        try {
            StreamDialect.named(dialect);
        } catch (IllegalArgumentException unknown) {
            throw new InvalidSettingException(ClientSettings.PREFIX + "dialect", "must be " + StreamDialect.NAMES + ", not '" + dialect + "'");
        }
    }

    private static Map<String, String> values(Properties settings) {
        Map<String, String> values = new HashMap<>();
        settings.stringPropertyNames().forEach(key -> values.put(key, settings.getProperty(key)));
        return values;
    }

    private static void fill(Properties settings, String name, Supplier<String> value) {
        if (settings.getProperty(ClientSettings.PREFIX + name).isBlank()) {
            settings.setProperty(ClientSettings.PREFIX + name, value.get());
        }
    }

    private static Map<String, String> camel() {
        return Map.of(
                "camel.main.shutdownTimeout", "10",
                "camel.main.jmxEnabled", "false",
                "camel.main.basePackageScanEnabled", "false",
                "camel.main.autoConfigurationLogSummary", "false",
                "camel.main.startupSummaryLevel", "Oneline",
                "camel.health.enabled", "false");
    }

    private static String routes(Optional<Path> home) {
        Optional<Path> routes = home.map(folder -> folder.resolve("client")).filter(folder -> Files.exists(folder.resolve("client.camel.yaml")));
        if (routes.isEmpty()) {
            return "classpath:client/*.camel.yaml";
        }
        try {
            return String.join(",", FileLocation.matching(routes.get(), "*.camel.yaml"));
        } catch (IOException unreadable) {
            throw new InvalidSettingException("the folder " + routes.get(), "cannot be read: " + unreadable.getMessage());
        }
    }
}
