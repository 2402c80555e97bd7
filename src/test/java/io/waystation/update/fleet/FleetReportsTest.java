package io.waystation.update.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.HubProcess;
import io.waystation.Patience;
import io.waystation.update.run.UpdateScene;

/** A machine with real updates tells another hub how they ended. */
@ExtendWith(Patience.class)
class FleetReportsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private Path folder;
    private UpdateScene scene;
    private HubProcess publisher;
    private HubFixture machine;
    private String admin;

    @BeforeEach
    void start() throws Exception {
        publisher = new HubProcess(folder.resolve("publisher")).start();
        admin = Files.readString(folder.resolve("publisher").resolve("token")).trim();
        HttpRequest request = HttpRequest.newBuilder(publisher.uri("/api/tokens")).header("Authorization", "Bearer " + admin)
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"machines\",\"roles\":[\"fleet\"]}")).build();
        String token = JSON.readTree(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body()).path("secret").asText();
        scene = new UpdateScene(folder.resolve("machine")).subsystem("nats");
        machine = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()), scene.settings(
                "waystation.machine.id", "edge-1",
                "waystation.fleet.hub", publisher.uri("/").toString(),
                "waystation.fleet.token", "literal:" + token,
                "waystation.fleet.retry", "200ms x 1000",
                "waystation.update.retry", "100ms"));
        awaitReport("updated", "v1.0.0");
    }

    @AfterEach
    void stop() throws Exception {
        if (machine != null) {
            machine.close();
        }
        publisher.close();
        if (scene != null) {
            scene.close();
        }
    }

    private JsonNode said() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(publisher.uri("/api/fleet/nats")).header("Authorization", "Bearer " + admin).build();
        return JSON.readTree(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body()).at("/machines/0");
    }

    private void awaitReport(String state, String version) {
        await(state + " " + version).untilAsserted(() -> {
            assertThat(said().path("machine").asText()).isEqualTo("edge-1");
            assertThat(said().path("state").asText()).isEqualTo(state);
            assertThat(said().path("version").asText()).isEqualTo(version);
        });
    }

    private void release(String tag, String words) throws Exception {
        scene.release("nats", tag, words);
        assertThat(scene.tell(machine.uri("/webhook/hook"), "acme/nats", tag)).isEqualTo(202);
    }

    @Test
    void everyEndOfAnUpdateIsReportedWithItsReason() throws Exception {
        release("v1.1.0", "nats 1.1.0");
        awaitReport("updated", "v1.1.0");

        release("v1.2.0", "bad 1.2.0");
        awaitReport("rolled-back", "v1.2.0");
        assertThat(said().path("reason").asText()).isNotEmpty();

        release("v1.3.0", "broken 1.3.0");
        awaitReport("failed", "v1.3.0");
    }

    @Test
    void noReportIsLostWhileTheOtherHubIsAway() throws Exception {
        publisher.kill();
        release("v1.1.0", "nats 1.1.0");
        await().untilAsserted(() -> assertThat(scene.manifest("nats").path("current_tag").asText()).isEqualTo("v1.1.0"));

        publisher.start();

        awaitReport("updated", "v1.1.0");
    }

    @Test
    void theKeyIsMadeOnceAndOnlyItsOwnerReadsIt() throws Exception {
        Path key = folder.resolve("data").resolve("machine.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key))).isEqualTo("rw-------");
        byte[] before = Files.readAllBytes(key);

        release("v1.1.0", "nats 1.1.0");
        awaitReport("updated", "v1.1.0");

        assertThat(Files.readAllBytes(key)).isEqualTo(before);
        assertThat(new String(before, StandardCharsets.UTF_8)).contains("PRIVATE KEY");
    }
}
