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
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.HubProcess;
import io.waystation.Patience;
import io.waystation.update.run.UpdateScene;

/** A machine with real updates tells another hub how they ended. One machine for all, with a subsystem for each test. */
@ExtendWith(Patience.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FleetReportsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private static Path folder;
    private UpdateScene scene;
    private HubProcess publisher;
    private HubFixture machine;
    private String admin;

    @BeforeAll
    void start() throws Exception {
        publisher = new HubProcess(folder.resolve("publisher")).start();
        admin = Files.readString(folder.resolve("publisher").resolve("token")).trim();
        HttpRequest request = HttpRequest.newBuilder(publisher.uri("/api/tokens")).header("Authorization", "Bearer " + admin)
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"machines\",\"roles\":[\"fleet\"]}")).build();
        String token = JSON.readTree(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body()).path("secret").asText();
        scene = new UpdateScene(folder.resolve("machine")).subsystem("nats").subsystem("arc").subsystem("telegraf");
        machine = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()), scene.settings(
                "waystation.machine.id", "edge-1",
                "waystation.fleet.hub", publisher.uri("/").toString(),
                "waystation.fleet.token", "literal:" + token,
                "waystation.fleet.retry", "200ms x 1000",
                "waystation.update.retry", "100ms"));
        for (String subsystem : List.of("nats", "arc", "telegraf")) {
            await(subsystem).untilAsserted(() -> assertThat(said(subsystem).path("version").asText()).isEqualTo("v1.0.0"));
        }
    }

    @AfterAll
    void stop() throws Exception {
        if (machine != null) {
            machine.close();
        }
        publisher.close();
        if (scene != null) {
            scene.close();
        }
    }

    private JsonNode said(String subsystem) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(publisher.uri("/api/fleet/" + subsystem)).header("Authorization", "Bearer " + admin).build();
        return JSON.readTree(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body()).at("/machines/0");
    }

    private void awaitReport(String subsystem, String state, String version) {
        await(subsystem + " " + state + " " + version).untilAsserted(() -> {
            assertThat(said(subsystem).path("machine").asText()).isEqualTo("edge-1");
            assertThat(said(subsystem).path("state").asText()).isEqualTo(state);
            assertThat(said(subsystem).path("version").asText()).isEqualTo(version);
        });
    }

    private void release(String subsystem, String tag, String words) throws Exception {
        scene.release(subsystem, tag, words);
        assertThat(scene.tell(machine.uri("/webhook/hook"), "acme/" + subsystem, tag)).isEqualTo(202);
    }

    @Test
    void everyEndOfAnUpdateIsReportedWithItsReason() throws Exception {
        release("nats", "v1.1.0", "nats 1.1.0");
        awaitReport("nats", "updated", "v1.1.0");

        release("nats", "v1.2.0", "bad 1.2.0");
        awaitReport("nats", "rolled-back", "v1.2.0");
        assertThat(said("nats").path("reason").asText()).isNotEmpty();

        release("nats", "v1.3.0", "broken 1.3.0");
        awaitReport("nats", "failed", "v1.3.0");
    }

    @Test
    void noReportIsLostWhileTheOtherHubIsAway() throws Exception {
        publisher.kill();
        release("arc", "v1.1.0", "arc 1.1.0");
        await().untilAsserted(() -> assertThat(scene.manifest("arc").path("current_tag").asText()).isEqualTo("v1.1.0"));

        publisher.start();

        awaitReport("arc", "updated", "v1.1.0");
    }

    @Test
    void theKeyIsMadeOnceAndOnlyItsOwnerReadsIt() throws Exception {
        Path key = folder.resolve("data").resolve("machine.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key))).isEqualTo("rw-------");
        byte[] before = Files.readAllBytes(key);

        release("telegraf", "v1.1.0", "telegraf 1.1.0");
        awaitReport("telegraf", "updated", "v1.1.0");

        assertThat(Files.readAllBytes(key)).isEqualTo(before);
        assertThat(new String(before, StandardCharsets.UTF_8)).contains("PRIVATE KEY");
    }
}
