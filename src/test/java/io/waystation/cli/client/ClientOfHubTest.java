package io.waystation.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import io.waystation.HubFixture;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client and the real hub together. */
class ClientOfHubTest {
    private static final Duration LONG = Duration.ofSeconds(40);

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "gosmee", "smee"})
    void receivesWhatIsPostedWhateverTheEncoding(String dialect) throws Exception {
        HubFixture hub = hub("0");
        RecordingTarget target = target();
        client(hub.port(), "target", target.address("/").toString(), "dialect", dialect, "cursor", "");
        await().atMost(LONG).until(() -> {
            post(hub.port(), "{\"n\":0}");
            return !target.received().isEmpty();
        });

        post(hub.port(), "{ \"n\" : 1.0 }");

        String expected = dialect.equals("smee") ? "{\"n\":1" : "{ \"n\" : 1.0 }";
        await().atMost(LONG).until(() -> target.bodies().stream().anyMatch(body -> body.replace(" ", "").startsWith(expected.replace(" ", ""))));
        assertThat(target.received().get(0).header("X-github-event")).isEqualTo("push");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "edge-1"})
    void losesNothingWhileTargetHubAndClientAreRestarted(String cursor) throws Exception {
        HubFixture first = hub("0");
        int port = first.port();
        RecordingTarget target = target();
        String[] settings = {"target", target.address("/").toString(), "cursor", cursor, "parallel", "2"};
        Main client = client(port, settings);
        await().atMost(LONG).until(() -> {
            post(port, "warm");
            return !target.received().isEmpty();
        });

        IntStream.range(0, 20).forEach(i -> post(port, "a" + i));
        await().atMost(LONG).until(() -> target.bodies().contains("a10"));
        target.stop();
        IntStream.range(0, 20).forEach(i -> post(port, "b" + i));
        client.stop();
        IntStream.range(0, 20).forEach(i -> post(port, "c" + i));
        first.close();
        HubFixture second = hub(Integer.toString(port));
        assertThat(second.port()).isEqualTo(port);
        target.start();
        client(port, settings);
        IntStream.range(0, 20).forEach(i -> post(port, "d" + i));

        await().atMost(LONG).until(() -> Set.copyOf(target.bodies()).size() == 81);
        for (String round : List.of("a", "b", "c", "d")) {
            List<Integer> order = target.bodies().stream().distinct().filter(body -> body.startsWith(round))
                    .map(body -> Integer.parseInt(body.substring(1))).toList();
            assertThat(order).as(round).hasSize(20).isSorted();
        }
        Map<String, Set<String>> keys = new HashMap<>();
        target.received().stream().filter(request -> !request.text().equals("warm")).forEach(request -> keys
                .computeIfAbsent(request.text(), body -> new java.util.HashSet<>()).add(request.header("Idempotency-key")));
        assertThat(keys.values()).allMatch(each -> each.size() == 1);
        assertThat(Files.exists(folder.resolve("client/position"))).isEqualTo(cursor.isEmpty());
    }

    @Test
    void startsFromTheEndOfTheChannelTheFirstTime() throws Exception {
        HubFixture hub = hub("0");
        RecordingTarget target = target();
        post(hub.port(), "old");

        client(hub.port(), "target", target.address("/").toString());

        await().atMost(LONG).until(() -> Files.exists(folder.resolve("client/position")));
        post(hub.port(), "new");
        await().atMost(LONG).until(() -> target.bodies().equals(List.of("new")));
    }

    private void post(int port, String body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/client-channel"))
                    .header("Content-Type", body.startsWith("{") ? "application/json" : "text/plain")
                    .header("X-GitHub-Event", "push").POST(HttpRequest.BodyPublishers.ofString(body)).build();
            assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(202);
        } catch (java.io.IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    private HubFixture hub(String port) throws Exception {
        HubFixture hub = HubFixture.start(folder.resolve("hub"), "waystation.port", port);
        open.add(hub);
        return hub;
    }

    private RecordingTarget target() throws Exception {
        RecordingTarget target = new RecordingTarget(request -> 200);
        open.add(target);
        return target;
    }

    private Main client(int port, String... settings) throws Exception {
        return ClientScene.start(open, Map.of("url", "http://127.0.0.1:" + port + "/client-channel", "data", folder.resolve("client").toString(),
                "retry-delay", "50ms", "retry-longest-delay", "500ms"), settings);
    }
}
