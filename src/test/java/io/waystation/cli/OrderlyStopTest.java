package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.HubProcess;

/** How the hub and the client end when the system tells them to, as processes with a home folder of their own. */
class OrderlyStopTest {
    @TempDir
    private Path folder;
    private Path home;
    private Path work;
    private Process client;

    @BeforeEach
    void makeFolders() throws IOException {
        home = Files.createDirectories(folder.resolve("home"));
        work = Files.createDirectories(folder.resolve("work"));
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (client != null) {
            client.destroyForcibly().waitFor();
        }
    }

    @Test
    void theHubEndsWithZero() throws Exception {
        try (HubProcess hub = new HubProcess(folder.resolve("data")).start()) {
            assertThat(hub.stop()).as(() -> read(hub.log())).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void theClientEndsWithZeroAndHasKeptItsDataInTheHomeOfTheShell(String signal) throws Exception {
        client = client(Map.of("HOME", home.toString()));
        await().until(() -> !client.isAlive() || read(log()).contains("stream lost"));

        new ProcessBuilder("kill", "-" + signal, Long.toString(client.pid())).start().waitFor();

        assertThat(client.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue()).as(() -> read(log())).isZero();
        try (Stream<Path> kept = Files.list(home.resolve(".local/state/waystation"))) {
            assertThat(kept).singleElement().asString().contains("/client-");
        }
        assertThat(work).isEmptyDirectory();
    }

    @Test
    void aClientOfAUserWithoutAHomeAsksForAFolder() throws Exception {
        client = client(Map.of());

        assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue()).isEqualTo(3);
        assertThat(read(log()).lines()).singleElement().asString().startsWith("waystation: ").contains("HOME", "--data");
        assertThat(work).isEmptyDirectory();
    }

    /** A client of nobody, as a user that is not in the user database has it: Java's home of such a user is "?". */
    private Process client(Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-Duser.home=?", "-cp", System.getProperty("java.class.path"), "io.waystation.Waystation",
                "client", "http://127.0.0.1:1/c", "http://127.0.0.1:1/"));
        ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile()).redirectErrorStream(true)
                .redirectOutput(log().toFile());
        builder.environment().keySet().removeAll(List.of("HOME", "XDG_STATE_HOME"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private Path log() {
        return folder.resolve("log");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
