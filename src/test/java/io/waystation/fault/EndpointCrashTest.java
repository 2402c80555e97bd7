package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.waystation.HubHome;
import io.waystation.HubProcess;
import io.waystation.delivery.Receiver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is looked after around endpoints, under {@code kill -9}. */
class EndpointCrashTest {
    private static final int EVENTS = 40;
    private static final String SECRET = "replay-crash-secret";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private HubProcess hub() throws Exception {
        Path home = HubHome.in(folder).source("crash", "env:CRASH_SECRET").path();
        return new HubProcess(folder.resolve("data"), home, "waystation.channels.crash.secrets", "env:CRASH_SECRET", "waystation.delivery.insecure",
                "true", "waystation.delivery.allowed-addresses", "127.0.0.0/8").environment("CRASH_SECRET", SECRET).start();
    }

    @Test
    void owesAnEndpointNothingFromBeforeItsRegistrationAndGoesOnWithItsReplayWheneverTheHubIsKilled() throws Exception {
        try (Receiver receiver = new Receiver(); HubProcess hub = hub()) {
            post(hub, EVENTS, EVENTS + 1);
            call(hub, "POST", "/api/endpoints", "{\"url\":\"" + receiver.url("/") + "\",\"channels\":[\"crash\"]}");
            hub.kill(); // before the group has committed that nobody wanted it
            hub.start();
            post(hub, 0, EVENTS);
            awaitMade(hub, EVENTS);
            assertThat(receiver.received()).extracting(Receiver.Received::text).noneMatch(body -> body.contains("\"number\":" + EVENTS));

            JsonNode replay = call(hub, "POST", "/api/deliveries/replay", "{\"states\":[\"succeeded\"],\"type\":\"com.github.*\",\"rate\":20}");
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> receiver.received().size() > EVENTS + 10);
            hub.kill();
            hub.start();

            String operation = "/api/operations/" + replay.path("operation").asText();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> call(hub, "GET", operation, null).path("state").asText().equals("succeeded"));
            assertThat(call(hub, "GET", operation, null).path("result").path("found").asInt()).isEqualTo(EVENTS);
            awaitMade(hub, EVENTS);
            assertThat(hub.stop()).as("exit code").isIn(0, 143);
        }
        assertThat(count("SELECT count(*) FROM work_item WHERE queue = 'delivery'")).isEqualTo(EVENTS);
        assertThat(count("SELECT count(*) FROM (SELECT delivery FROM delivery_attempt WHERE error IS NULL GROUP BY delivery HAVING count(*) = 2)"))
                .as("deliveries that were made twice: at first, and by the replay").isEqualTo(EVENTS);
    }

    private static void post(HubProcess hub, int from, int to) throws Exception {
        try (PostLoad load = new PostLoad(hub.uri("/webhook/crash"), SECRET, 4)) {
            for (int number = from; number < to; number++) {
                assertThat(load.post(number)).isTrue();
            }
        }
    }

    private static void awaitMade(HubProcess hub, int count) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() ->
                call(hub, "GET", "/api/deliveries?limit=1000&state=succeeded", null).path("deliveries").size() == count);
    }

    private static JsonNode call(HubProcess hub, String method, String path, String body) throws Exception {
        String token = Files.readString(hub.data().resolve("token")).strip();
        return JSON.readTree(CLIENT.send(HttpRequest.newBuilder(hub.uri(path)).header("Authorization", "Bearer " + token)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)).build(), BodyHandlers.ofString()).body());
    }

    private long count(String sql) throws Exception {
        try (Connection store = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("data").resolve("store.db"));
                Statement statement = store.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            return row.getLong(1);
        }
    }
}
