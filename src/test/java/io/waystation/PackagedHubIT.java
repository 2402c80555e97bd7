package io.waystation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code mvn package} put together, started by its own script: it has the libraries of {@code lib/} only, so a route
 * whose component is a library of the tests stops it. Runs in the phase {@code verify}.
 */
class PackagedHubIT {
    private static final Path PACKAGE = Path.of("target", "waystation").toAbsolutePath();

    @TempDir
    private Path folder;

    private Path home;
    private Process hub;
    private String options = "";

    @BeforeEach
    void makeAHomeWithEachTemplate() throws IOException {
        assertThat(PACKAGE.resolve("lib/waystation.jar")).as("mvn package makes it").exists();
        home = Files.createDirectories(folder.resolve("home"));
        for (String part : List.of("routes", "kamelets", "client")) {
            copy(PACKAGE.resolve(part), home.resolve(part));
        }
        Files.writeString(home.resolve("routes/instances.camel.yaml"), """
                - templatedRoute:
                    routeTemplateRef: source
                    routeId: source-nats
                    prefixId: nats
                    parameters:
                      - {name: address, value: /webhook/nats}
                      - {name: provider, value: github}
                      - {name: channel, value: upstreams}
                      - {name: secrets, value: "env:PACKAGED_HUB_SECRET"}
                - templatedRoute:
                    routeTemplateRef: upstream
                    routeId: upstream-nats
                    prefixId: nats
                    parameters:
                      - {name: subsystem, value: nats}
                      - {name: repository, value: "https://127.0.0.1:1/nats.git"}
                """);
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (hub != null && hub.isAlive()) {
            hub.destroyForcibly().waitFor();
        }
    }

    @Test
    void startsEveryRouteAndTemplateAndKeepsAWebhook() throws Exception {
        Path data = folder.resolve("data");
        Path log = folder.resolve("log");
        hub = waystation(log, "serve", "--port", "0", "--data", data.toString());
        await().until(() -> !hub.isAlive() || Files.exists(data.resolve("address")));
        assertThat(hub.isAlive()).as(() -> read(log)).isTrue();
        String address = Files.readString(data.resolve("address")).strip();

        Path payload = Files.writeString(folder.resolve("payload.json"), "{\"zen\":\"packaged\"}");
        run("send", address + "/webhook/nats", "--payload", payload.toString(), "--provider", "github", "--event", "ping",
                "--secret-env", "PACKAGED_HUB_SECRET");
        run("send", address + "/packaged-hub-channel", "--payload", payload.toString());

        await().untilAsserted(() -> assertThat(run("events", "list", "--data", data.toString()))
                .contains("upstreams", "packaged-hub-channel"));
        hub.destroy();
        assertThat(hub.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(read(log)).doesNotContain("ERROR");
    }

    @Test
    void givesAClientOnASmallMachineTheMemoryThatTheLargestEventNeeds() throws Exception {
        options = "-XX:MaxRAM=512m -XX:+PrintFlagsFinal";

        assertThat(run("client", "--help")).containsPattern("MaxHeapSize += " + (256L << 20) + " ");
        assertThat(run("serve", "--help")).containsPattern("MaxHeapSize += " + (128L << 20) + " ");
    }

    private Process waystation(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(PACKAGE.resolve("bin/waystation").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile())
                .redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("hub.java-home", System.getProperty("java.home")));
        builder.environment().put("WAYSTATION_HOME", home.toString());
        builder.environment().put("WAYSTATION_JAVA_OPTS", options);
        builder.environment().put("PACKAGED_HUB_SECRET", "it-is-a-secret");
        return builder.start();
    }

    /** What a command printed; it must succeed. */
    private String run(String... arguments) throws Exception {
        Path output = folder.resolve("output");
        assertThat(waystation(output, arguments).waitFor()).as(() -> read(output)).isZero();
        return read(output);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
