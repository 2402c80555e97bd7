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
import io.waystation.update.UpstreamVersion;
import io.waystation.update.release.Envelope;
import io.waystation.update.release.NewRelease;
import io.waystation.update.release.ReleaseArtefact;
import io.waystation.update.release.ReleaseCodec;
import io.waystation.update.release.ReleaseLedger;
import io.waystation.update.release.ReleaseLedger.Refused;
import io.waystation.update.release.ReleaseManifest;
import io.waystation.update.release.ReleasePublisher;
import io.waystation.update.release.SigningKey;
import io.waystation.work.operation.Operation;
import io.waystation.work.operation.OperationFilter;
import io.waystation.work.operation.OperationState;
import io.waystation.work.operation.Operations;

/** From a tag upstream to a running binary on another machine: a hub that builds, and one that acts on what the first has signed. */
class ReleasePipelineTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final SigningKey OTHER = SigningKey.generate();
    private static final ObjectMapper JSON = new ObjectMapper();
    @TempDir
    private Path folder;
    private UpdateScene building;
    private UpdateScene using;
    private HubFixture dev;
    private HubFixture user;
    private int port;

    @BeforeEach
    void start() throws Exception {
        building = new UpdateScene(Files.createDirectories(folder.resolve("dev"))).subsystem("nats", "release", "folder");
        building.route("part.camel.yaml", """
                - templatedRoute:
                    routeTemplateRef: release-part
                    routeId: release-part-other
                    prefixId: other
                    parameters:
                      - {name: name, value: other}
                      - {name: from, value: "http://127.0.0.1:{{waystation.port}}/parts"}
                      - {name: keys, value: "%s"}
                      - {name: platforms, value: plan9/mips}
                """.formatted(OTHER.publicKey()));
        using = new UpdateScene(Files.createDirectories(folder.resolve("user")));
        port = freePort();
        dev = HubFixture.start(folder.resolve("dev/data"), Optional.of(building.home()), building.settings(
                "waystation.port", Integer.toString(port), "waystation.name", "dev",
                "waystation.releases.signing-key", "literal:" + key(), "waystation.releases.jitter", "0ms",
                "waystation.releases.keep", "1", "waystation.releases.base-url", "http://127.0.0.1:" + port + "/download"));
        await("released").untilAsserted(() -> assertThat(published()).isEqualTo(1));
    }

    private void follow(String... parameters) throws Exception {
        using.follower("nats", parameters);
        user = HubFixture.start(folder.resolve("user/data"), Optional.of(using.home()), using.settings(
                "waystation.releases.from", "http://127.0.0.1:" + port + "/releases", "waystation.releases.plain-http", "true",
                "waystation.releases.token", "literal:" + token("dev"), "waystation.releases.trusted-keys", KEY.publicKey()));
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
        HttpResponse<String> answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(user.uri("/api/updates/nats"))
                .header("Authorization", "Bearer " + token("user")).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private Operation last() {
        return user.bean(Operations.NAME, Operations.class).list(new OperationFilter("update", "nats", null, Set.of(), null, 100)).get(0);
    }

    @Test
    void aMachineThatCannotBuildRunsWhatTheBuildingOneHasProvenAndNothingThatIsHalted() throws Exception {
        follow();
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
    void goesOnByItselfToAReleaseThatNeededTheOneBeforeIt() throws Exception {
        follow("approval", "minor");
        awaitUser("v1.0.0", "nats 1.0.0");
        building.release("nats", "v1.1.0", "nats 1.1.0");
        building.tell(dev.uri("/webhook/hook"), "acme/nats", "v1.1.0");
        await().untilAsserted(() -> assertThat(published()).isEqualTo(2));
        ReleaseManifest before = dev.bean("releaseLedger", ReleaseLedger.class).published("nats").orElseThrow().manifest();
        NewRelease far = new NewRelease("nats", new UpstreamVersion("v1.2.0", "v1.2.0", "a".repeat(40)), before.repository(), "1.1.0", before.artefacts());
        dev.bean("releasePublisher", ReleasePublisher.class).prepare(far);
        dev.bean("releasePublisher", ReleasePublisher.class).announce(far);
        await().untilAsserted(() -> {
            assertThat(using.manifest("nats").path("serial").asLong()).isEqualTo(3);
            assertThat(why().path("findings")).extracting(finding -> finding.path("rule").asText()).contains("below-minimum", "approval");
            assertThat(last().state()).isEqualTo(OperationState.HELD);
        });

        Updates updates = user.bean("updates", Updates.class);
        assertThat(updates.judge(updates.find("nats").orElseThrow(), Optional.of("v1.1.0"), true, "anna").tag()).isEqualTo("v1.1.0");
        user.context().createProducerTemplate().send("direct:update-ask", exchange -> {
            exchange.setProperty("subsystem", "nats");
            exchange.setProperty("cause", "anna");
        });

        awaitUser("v1.1.0", "nats 1.1.0");
        await("what needed it waits for its own approval").untilAsserted(() ->
                assertThat(using.manifest("nats").at("/held/artefact/tag").asText()).isEqualTo("v1.2.0"));
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

        building.release("nats", "v1.1.0", "nats 1.1.0");
        building.tell(dev.uri("/webhook/hook"), "acme/nats", "v1.1.0");
        await().untilAsserted(() -> assertThat(published()).isEqualTo(2));
        await("only so many stay as a setting says").untilAsserted(() -> assertThat(get(artefact.urls().get(0)).statusCode()).isEqualTo(404));
    }

    private String token(String hub) throws Exception {
        return Files.readString(folder.resolve(hub).resolve("data/token")).trim();
    }

    private HttpResponse<byte[]> get(URI address) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).header("Authorization", "Bearer " + token("dev")).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private void append(String id, String channel, byte[] envelope) {
        dev.context().createProducerTemplate().sendBody("journal:events", new Event(id, channel, "/waystation/dev",
                "io.waystation.release.published", "nats", Instant.now(), channel, Event.UNVERIFIED, null, null, "POST", "/" + channel, null,
                Headers.EMPTY, envelope));
    }

    @Test
    void theFilesThatAnotherHubHasBuiltOfTheSameCommitBecomePartOfTheRelease() {
        ReleaseLedger ledger = dev.bean("releaseLedger", ReleaseLedger.class);
        ReleaseManifest own = ledger.published("nats").orElseThrow().manifest();
        ReleaseArtefact file = new ReleaseArtefact("plan9", "mips", "nats-plan9-mips.tar.gz", 9, "ab".repeat(32), List.of(URI.create("https://example.com/nats")));
        ReleaseManifest theirs = new ReleaseManifest(own.schema(), 7, own.subsystem(), own.version(), own.tag(), own.commit(), own.repository(),
                own.published(), own.expires(), null, List.of(file), own.rollout(), List.of());

        append("theirs-1", "parts", Envelope.sign(Envelope.RELEASE, ReleaseCodec.write(theirs), List.of(KEY)).bytes());
        append("theirs-2", "parts", Envelope.sign(Envelope.RELEASE, ReleaseCodec.write(theirs), List.of(OTHER)).bytes());

        await().untilAsserted(() -> assertThat(ledger.published("nats").orElseThrow().manifest().artefacts()).hasSize(2).contains(file));
        assertThat(published()).isEqualTo(2);
        assertThat(ledger.refusals(Optional.of("nats"), 5)).as("of another key than the stanza names").extracting(Refused::code).containsExactly("unknown-key");
    }

    @Test
    void refusesByNameWhatNobodyTrustedHasSigned() throws Exception {
        follow();
        awaitUser("v1.0.0", "nats 1.0.0");
        String forged = "{\"payloadType\":\"application/vnd.waystation.release+json\",\"payload\":\"e30=\",\"signatures\":[{\"keyid\":\"0011223344556677\",\"sig\":\"AAAA\"}]}";
        append("nats-99", "releases", forged.getBytes(StandardCharsets.UTF_8));

        ReleaseLedger ledger = user.bean("releaseLedger", ReleaseLedger.class);
        await().untilAsserted(() -> assertThat(ledger.refusals(Optional.empty(), 5)).extracting(Refused::code).containsExactly("unknown-key"));
        assertThat(why().at("/refused/0/code").asText()).isEqualTo("unknown-key");
        HttpRequest post = HttpRequest.newBuilder(dev.uri("/releases")).POST(HttpRequest.BodyPublishers.ofString(forged)).build();
        assertThat(HttpClient.newHttpClient().send(post, HttpResponse.BodyHandlers.discarding()).statusCode()).as("nobody else posts there").isIn(401, 403, 404);
        assertThat(using.running("nats")).isEqualTo("nats 1.0.0");
    }
}
