package io.waystation.update.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.HubProcess;

/** A hub that dies while it opens a ring. */
class RolloutCrashTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;
    private String token;

    private JsonNode get(URI address) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(address).header("Authorization", "Bearer " + token).build();
        return JSON.readTree(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    @Test
    void opensTheRingOnceWhereverItWasKilled() throws Exception {
        FleetScene scene = new FleetScene(folder, Map.of("rings", "20, 100", "rest", "0s", "success", "100", "silence", "1h"));
        Path data = folder.resolve("data");
        List<VirtualMachine> machines = FleetScene.machines(50);
        try (HubFixture hub = HubFixture.start(data, Optional.of(scene.home()), scene.settings())) {
            token = Files.readString(data.resolve("token")).trim();
            machines.forEach(machine -> VirtualMachine.post(hub.uri("/api/fleet/reports"), token,
                    machine.report(FleetScene.SUBSYSTEM, ReportState.CURRENT, "1.0.0")));
            FleetScene.publish(hub, "1.1.0");
        }

        try (HubProcess dying = new HubProcess(data, scene.home(), scene.settings("waystation.update.halt-at", Rollouts.OPENING)).start()) {
            FleetScene.admitted(machines, "1.1.0", 20).forEach(machine -> VirtualMachine.post(dying.uri("/api/fleet/reports"), token,
                    machine.report(FleetScene.SUBSYSTEM, ReportState.UPDATED, "1.1.0")));
            await("dies before the ring is open").until(() -> !dying.isAlive());
        }
        dieAfterTheRingIsOpen(scene, data);

        try (HubProcess hub = new HubProcess(data, scene.home(), scene.settings()).start()) {
            await().untilAsserted(() -> assertThat(releases(hub)).containsExactly("nats-2", "nats-1"));
            JsonNode rollout = get(hub.uri("/api/fleet/nats"));
            assertThat(rollout.path("admits").asInt()).isEqualTo(100);
            assertThat(rollout.path("serial").asInt()).as("the serial of the only ring that was opened").isEqualTo(2);
            assertThat(rollout.path("halted").asBoolean()).isFalse();
        }
    }

    /** It may die before it answers at all. */
    private static void dieAfterTheRingIsOpen(FleetScene scene, Path data) throws Exception {
        HubProcess dying = new HubProcess(data, scene.home(), scene.settings("waystation.update.halt-at", Rollouts.OPENED));
        try (dying) {
            dying.start();
            await("dies when the ring is open").until(() -> !dying.isAlive());
        } catch (IllegalStateException diedWhileItStarted) {
            assertThat(dying.isAlive()).isFalse();
        }
    }

    private List<String> releases(HubProcess hub) throws Exception {
        return get(hub.uri("/api/events?type=io.waystation.release.published")).path("events").findValuesAsText("id");
    }
}
