package io.waystation.update.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.waystation.HubFixture;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.update.release.ReleaseArtefact;
import io.waystation.update.release.ReleaseLedger;
import io.waystation.update.release.ReleaseLedger.Refused;
import io.waystation.update.release.ReleasePublisher;
import io.waystation.update.release.SigningKey;
import io.waystation.work.operation.Operation;
import io.waystation.work.operation.OperationFilter;
import io.waystation.work.operation.OperationState;
import io.waystation.work.operation.Operations;

/** From a tag upstream to a running binary on another machine: a hub that builds, and one that acts on what the first has signed. */
class ReleasePipelineTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final ObjectMapper JSON = new ObjectMapper();
    @TempDir
    private Path folder;
    private UpdateScene building;
    private UpdateScene using;
    private HubFixture dev;
    private HubFixture user;

    @BeforeEach
    void start() throws Exception {
        building = new UpdateScene(Files.createDirectories(folder.resolve("dev"))).subsystem("nats", "release", "folder");
        using = new UpdateScene(Files.createDirectories(folder.resolve("user"))).follower("nats");
        int port = freePort();
        dev = HubFixture.start(folder.resolve("dev/data"), Optional.of(building.home()), building.settings(
                "waystation.port", Integer.toString(port), "waystation.name", "dev",
                "waystation.releases.signing-key", "literal:" + key(), "waystation.releases.jitter", "0ms",
                "waystation.releases.base-url", "http://127.0.0.1:" + port + "/download"));
        await("released").untilAsserted(() -> assertThat(published()).isEqualTo(1));
        user = HubFixture.start(folder.resolve("user/data"), Optional.of(using.home()), using.settings(
                "waystation.releases.from", "http://127.0.0.1:" + port + "/releases", "waystation.releases.plain-http", "true",
                "waystation.releases.trusted-keys", KEY.publicKey()));
    }

    @AfterEach
    void stop() throws Exception {
        if (user != null) {
            user.close();
        }
        if (dev != null) {
            dev.close();
        }
        building.close();
        using.close();
    }

    private static String key() {
        return KEY.pem().replaceAll("-----[A-Z ]+-----|\\s", "");
    }

    private static int freePort() throws Exception {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private long published() {
        return dev.bean("releaseLedger", ReleaseLedger.class).published("nats").map(entry -> entry.manifest().serial()).orElse(0L);
    }

    private void awaitUser(String tag, String said) {
        await(tag).untilAsserted(() -> {
            assertThat(using.manifest("nats").path("current_tag").asText()).isEqualTo(tag);
            assertThat(using.running("nats")).isEqualTo(said);
        });
    }

    private JsonNode why() throws Exception {
        String token = Files.readString(folder.resolve("user/data/token")).trim();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(user.uri("/api/updates/nats"))
                .header("Authorization", "Bearer " + token).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private Operation last() {
        return user.bean(Operations.NAME, Operations.class).list(new OperationFilter("update", "nats", null, Set.of(), null, 100)).get(0);
    }

    @Test
    void aMachineThatCannotBuildRunsWhatTheBuildingOneHasProvenAndNothingThatIsHalted() throws Exception {
        awaitUser("v1.0.0", "nats 1.0.0"); // released before this machine came, and fetched from the hub itself

        building.release("nats", "v1.1.0", "nats 1.1.0");
        building.tell(dev.uri("/webhook/hook"), "acme/nats", "v1.1.0");
        awaitUser("v1.1.0", "nats 1.1.0");
        assertThat(using.builds()).as("nothing is built here").isEmpty();
        assertThat(using.manifest("nats").path("serial").asLong()).isEqualTo(2);
        assertThat(using.manifest("nats").path("current_sha256").asText()).isEqualTo(building.manifest("nats").path("current_sha256").asText());

        ReleasePublisher publisher = dev.bean("releasePublisher", ReleasePublisher.class);
        publisher.publish("nats", 100, true, "a person looks at it");
        await().untilAsserted(() -> assertThat(using.manifest("nats").path("serial").asLong()).isEqualTo(3));
        await().untilAsserted(() -> assertThat(last().state()).isEqualTo(OperationState.SUCCEEDED));
        assertThat(using.running("nats")).as("what is done stays").isEqualTo("nats 1.1.0");

        building.release("nats", "v1.2.0", "nats 1.2.0");
        building.tell(dev.uri("/webhook/hook"), "acme/nats", "v1.2.0");
        awaitUser("v1.2.0", "nats 1.2.0");
    }

    @Test
    void handsOutFilesOfReleasesAndNothingElse() throws Exception {
        ReleaseArtefact artefact = dev.bean("releaseLedger", ReleaseLedger.class).published("nats").orElseThrow().manifest().artefacts().get(0);
        HttpResponse<byte[]> archive = get(artefact.urls().get(0));
        assertThat(archive.statusCode()).isEqualTo(200);
        assertThat(archive.body()).hasSize((int) artefact.size());
        assertThat(get(dev.uri(artefact.urls().get(0).getPath() + ".sha256")).body()).asString().startsWith(artefact.sha256());

        for (String path : List.of("/download/nats/none/none", "/download/nats/..%2F..%2Fpacked/nats", "/download/..%2F../data/token", "/download/nats/%2Fetc/passwd")) {
            assertThat(get(dev.uri(path)).statusCode()).as(path).isIn(400, 404);
        }
    }

    private static HttpResponse<byte[]> get(URI address) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void refusesByNameWhatNobodyTrustedHasSigned() throws Exception {
        awaitUser("v1.0.0", "nats 1.0.0");
        String forged = "{\"payloadType\":\"application/vnd.waystation.release+json\",\"payload\":\"e30=\",\"signatures\":[{\"keyid\":\"0011223344556677\",\"sig\":\"AAAA\"}]}";
        dev.context().createProducerTemplate().sendBody("journal:events", new Event("nats-99", "releases", "/waystation/dev",
                "io.waystation.release.published", "nats", Instant.now(), "releases", Event.UNVERIFIED, null, null, "POST", "/releases", null,
                Headers.EMPTY, forged.getBytes(StandardCharsets.UTF_8)));

        ReleaseLedger ledger = user.bean("releaseLedger", ReleaseLedger.class);
        await().untilAsserted(() -> assertThat(ledger.refusals(Optional.empty(), 5)).extracting(Refused::code).containsExactly("unknown-key"));
        assertThat(why().at("/refused/0/code").asText()).isEqualTo("unknown-key");
        assertThat(using.running("nats")).isEqualTo("nats 1.0.0");
    }
}
