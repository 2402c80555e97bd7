package io.waystation;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.main.Main;

import io.waystation.cli.Hub;
import io.waystation.settings.LayeredSettings;

/** The real hub in this JVM, on a free port, with its data in a folder of the test. */
public final class HubFixture implements AutoCloseable {
    private final Main main;

    private HubFixture(Main main) {
        this.main = main;
    }

    /** Starts a hub with the built-in routes. */
    public static HubFixture start(Path data, String... settings) throws Exception {
        return start(data, Optional.empty(), settings);
    }

    /**
     * Starts a hub.
     *
     * @param data data folder
     * @param home folder whose routes and kamelets win, or empty
     * @param settings keys and values in turn
     */
    public static HubFixture start(Path data, Optional<Path> home, String... settings) throws Exception {
        Map<String, String> given = new HashMap<>();
        given.put("waystation.port", "0");
        given.put("waystation.data", data.toString());
        for (int i = 0; i < settings.length; i += 2) {
            given.put(settings[i], settings[i + 1]);
        }
        Properties merged = LayeredSettings.merge(Optional.empty(), home, Map.of(), new Properties(), given);
        Main main = Hub.create(merged, home);
        try {
            main.start();
        } catch (Exception failed) {
            Hub.abandon(main, failed);
            throw failed;
        }
        return new HubFixture(main);
    }

    /** The Camel context of the hub. */
    public CamelContext context() {
        return main.getCamelContext();
    }

    /** A bean of the hub. */
    public <T> T bean(String name, Class<T> type) {
        return context().getRegistry().lookupByNameAndType(name, type);
    }

    /** Port the hub listens on. */
    public int port() {
        return context().hasService(VertxPlatformHttpServer.class).getPort();
    }

    /** Address of a path of the hub. */
    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    @Override
    public void close() {
        main.stop();
    }
}
