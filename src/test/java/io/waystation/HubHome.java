package io.waystation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A home folder with a copy of the built-in routes and routes of the test beside them. */
public final class HubHome {
    private final Path path;

    private HubHome(Path path) {
        this.path = path;
    }

    /** A new home below a folder. */
    public static HubHome in(Path folder) throws IOException {
        Path home = Files.createDirectories(folder.resolve("home"));
        Path routes = Files.createDirectories(home.resolve("routes"));
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/routes"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, routes.resolve(file.getFileName()));
            }
        }
        return new HubHome(home);
    }

    /** Adds a route file. */
    public HubHome route(String name, String yaml) throws IOException {
        Files.writeString(path.resolve("routes").resolve(name), yaml);
        return this;
    }

    /** Adds a source of GitHub's webhooks at {@code /webhook/<name>} for the channel of that name. */
    public HubHome source(String name, String secrets) throws IOException {
        return route(name + "-source.camel.yaml", """
                - templatedRoute:
                    routeId: source-%1$s
                    routeTemplateRef: source
                    parameters:
                      - name: address
                        value: /webhook/%1$s
                      - name: provider
                        value: github
                      - name: channel
                        value: %1$s
                      - name: secrets
                        value: %2$s
                """.formatted(name, secrets));
    }

    /** The folder. */
    public Path path() {
        return path;
    }
}
