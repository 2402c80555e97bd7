package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubProcess;
import io.waystation.github.FakeGithub;
import io.waystation.update.release.SigningKey;
import io.waystation.update.run.UpdateScene;

/** A hub that dies while it releases: at every step on the way to GitHub, and between the publication and its event. */
class ReleaseCrashTest {
    private static final List<String> STEPS = List.of("package", "release-packed", "release", "release-prepared", "release-drafted",
            "release-uploading", "release-uploaded", "release-published", "release-announced");
    /** All of them with {@code -Dwaystation.faults=50} or more; else every second, to be done sooner. */
    private static final int EVERY = Integer.getInteger("faults.rounds", 10) < 50 ? 2 : 1;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = SigningKey.generate().pem().replaceAll("-----[A-Z ]+-----|\\s", "");

    @TempDir
    private Path folder;
    private final FakeGithub github = new FakeGithub();
    private UpdateScene scene;

    @BeforeEach
    void begin() throws IOException {
        github.repository("acme/platform");
        scene = new UpdateScene(folder).subsystem("nats", "release", "github", "releaseRepository", "acme/platform");
    }

    @AfterEach
    void end() throws IOException {
        scene.close();
        github.close();
    }

    private HubProcess hub(String... settings) throws IOException {
        List<String> all = new ArrayList<>(List.of(settings));
        all.addAll(List.of("waystation.releases.signing-key", "literal:" + KEY, "waystation.github.api", github.address().toString(),
                "waystation.releases.github-token", "literal:t0ken"));
        return new HubProcess(folder.resolve("data"), scene.home(), scene.settings(all.toArray(String[]::new)));
    }

    private JsonNode get(HubProcess hub, String path) throws Exception {
        String token = Files.readString(folder.resolve("data/token")).trim();
        HttpRequest request = HttpRequest.newBuilder(hub.uri(path)).header("Authorization", "Bearer " + token).build();
        return JSON.readTree(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    private List<String> events(HubProcess hub) throws Exception {
        List<String> ids = new ArrayList<>();
        for (JsonNode event : get(hub, "/api/events?channel=releases&limit=100").path("events")) {
            ids.add(event.path("id").asText());
        }
        return ids;
    }

    private void awaitReleased(HubProcess hub, int versions) {
        await(versions + " releases").untilAsserted(() -> {
            assertThat(events(hub)).as("%s", get(hub, "/api/updates/nats").path("runs")).doesNotHaveDuplicates().hasSize(versions);
            assertThat(github.releases("acme/platform")).hasSize(versions).allSatisfy(release -> {
                assertThat(release.get("draft").asBoolean()).isFalse();
                assertThat(release.get("assets")).hasSize(3);
            });
        });
    }

    @Test
    void releasesEveryVersionOnceWhereverTheHubWasKilled() throws Exception {
        try (HubProcess first = hub().start()) {
            awaitReleased(first, 1);
        }
        for (int i = 0; (i + 1) * EVERY <= STEPS.size(); i++) {
            String step = STEPS.get((i + 1) * EVERY - 1);
            scene.release("nats", "v1." + (i + 1) + ".0", "nats 1." + (i + 1) + ".0");

            try (HubProcess dying = hub("waystation.update.halt-at", step).launch()) {
                await("dies at " + step).until(() -> !dying.isAlive());
            }

            try (HubProcess next = hub().start()) {
                awaitReleased(next, i + 2);
            }
        }
        System.out.printf("release crash: killed at every %s of %s%n", EVERY == 1 ? "one" : "second", STEPS);
        assertThat(github.releases("acme/platform")).extracting(release -> release.get("tag_name").asText()).doesNotHaveDuplicates();
        assertThat(github.requests()).filteredOn(request -> !request.method().equals("GET"))
                .allSatisfy(request -> assertThat(request.authorization()).contains("Bearer t0ken"));
    }
}
