package io.waystation.update.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.update.HostileRefsTest;
import io.waystation.work.ItemState;
import io.waystation.work.WorkFilter;
import io.waystation.work.WorkItems;
import io.waystation.work.operation.Operation;
import io.waystation.work.operation.OperationFilter;
import io.waystation.work.operation.OperationState;
import io.waystation.work.operation.Operations;

/** A signed webhook to a changed, running binary: the real hub, a real upstream, real tasks and processes. */
class UpdatePipelineTest {
    @TempDir
    private Path folder;
    private UpdateScene scene;
    private HubFixture hub;

    @BeforeEach
    void start() throws Exception {
        scene = new UpdateScene(folder).subsystem("nats").subsystem("arc");
        hub = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()), scene.settings("waystation.update.retry", "100ms"));
        await("what is there at the start is built").untilAsserted(() -> {
            assertThat(scene.manifest("nats").path("current_tag").asText()).isEqualTo("v1.0.0");
            assertThat(scene.manifest("arc").path("current_tag").asText()).isEqualTo("v1.0.0");
        });
    }

    @AfterEach
    void stop() throws Exception {
        if (hub != null) {
            hub.close();
        }
        scene.close();
    }

    private Operation last(String subsystem) {
        return operations(subsystem).get(0);
    }

    private List<Operation> operations(String subsystem) {
        return hub.bean(Operations.NAME, Operations.class).list(new OperationFilter("update", subsystem, null, Set.of(), null, 100));
    }

    private void tell(String repository, String tag) throws Exception {
        assertThat(scene.tell(hub.uri("/webhook/hook"), repository, tag)).isEqualTo(202);
    }

    @Test
    void aSignedWebhookOfOneUpstreamRebuildsReloadsAndProvesThatSubsystemAndNothingElse() throws Exception {
        String commit = scene.release("nats", "v1.1.0", "nats 1.1.0");

        tell("acme/nats", "v1.1.0");

        await().untilAsserted(() -> assertThat(scene.manifest("nats").path("current_tag").asText()).isEqualTo("v1.1.0"));
        await().untilAsserted(() -> assertThat(last("nats").state()).isEqualTo(OperationState.SUCCEEDED));
        assertThat(scene.manifest("nats").path("current_commit").asText()).isEqualTo(commit);
        assertThat(scene.binary("nats")).isEqualTo("nats 1.1.0");
        assertThat(scene.running("nats")).isEqualTo("nats 1.1.0");
        assertThat(scene.running("arc")).isEqualTo("arc 1.0.0");
        assertThat(scene.builds()).filteredOn(line -> line.contains("begin arc")).hasSize(1);
        assertThat(scene.manifest("nats").hasNonNull("changing")).isFalse();
    }

    @Test
    void aVersionThatCrashesIsRolledBackAndQuarantinedAndTheSameEventDoesNotBringItAgain() throws Exception {
        scene.release("nats", "v1.2.0", "bad 1.2.0");

        tell("acme/nats", "v1.2.0");

        await().untilAsserted(() -> assertThat(last("nats").state()).as("%s", last("nats")).isEqualTo(OperationState.FAILED));
        assertThat(scene.manifest("nats").path("current_tag").asText()).isEqualTo("v1.0.0");
        assertThat(scene.manifest("nats").at("/quarantined/0/artefact/tag").asText()).isEqualTo("v1.2.0");
        assertThat(scene.binary("nats")).isEqualTo("nats 1.0.0");
        assertThat(scene.running("nats")).isEqualTo("nats 1.0.0");

        scene.assertManifestIsTrue("nats");
        assertThat(scene.manifest("nats").hasNonNull("wanted")).as("nothing is on its way").isFalse();

        int before = operations("nats").size();
        long pid = scene.pid("nats");
        tell("acme/nats", "v1.2.0");
        await().untilAsserted(() -> assertThat(operations("nats")).hasSize(before + 1)
                .allMatch(operation -> operation.state().isEnd()));
        assertThat(last("nats").state()).isEqualTo(OperationState.SUCCEEDED);
        assertThat(last("nats").result().path("rule").asText()).isEqualTo("quarantined");
        assertThat(scene.builds()).filteredOn(line -> line.contains("begin nats bad")).hasSize(1);
        assertThat(scene.pid("nats")).as("nothing was reloaded").isEqualTo(pid);
        assertThat(scene.manifest("nats").hasNonNull("wanted")).isFalse();
        scene.assertManifestIsTrue("nats");
    }

    @Test
    void aNewerVersionTakesThePlaceOfAnOlderOneThatIsStillBuilt() throws Exception {
        scene.release("nats", "v1.1.0", "slow 1.1.0");
        tell("acme/nats", "v1.1.0");
        await().until(() -> scene.builds().stream().anyMatch(line -> line.contains("begin nats slow")));
        String older = last("nats").id();

        scene.release("nats", "v1.2.0", "nats 1.2.0");
        tell("acme/nats", "v1.2.0");

        await().untilAsserted(() -> assertThat(scene.manifest("nats").path("current_tag").asText()).isEqualTo("v1.2.0"));
        assertThat(hub.bean(Operations.NAME, Operations.class).find(older).orElseThrow().state()).isEqualTo(OperationState.SUPERSEDED);
        assertThat(scene.builds()).noneMatch(line -> line.contains("end nats slow"));
        assertThat(scene.running("nats")).isEqualTo("nats 1.2.0");
    }

    @Test
    void anEventOfARepositoryNobodyFollowsStartsNothing() throws Exception {
        int before = scene.builds().size();

        tell("acme/other", "v9.0.0");
        scene.release("arc", "v1.0.1", "arc 1.0.1");
        tell("acme/arc", "v1.0.1");

        await().untilAsserted(() -> assertThat(scene.manifest("arc").path("current_tag").asText()).isEqualTo("v1.0.1"));
        assertThat(scene.builds()).hasSize(before + 2);
        assertThat(operations("nats")).hasSize(1);
    }

    @Test
    void whatFailedForGoodIsNotWantedAnyMoreAndDoesNotStandInTheWayOfAnOlderVersion() throws Exception {
        scene.release("nats", "v1.1.0", "broken 1.1.0");

        tell("acme/nats", "v1.1.0");

        await().untilAsserted(() -> assertThat(last("nats").state()).as("%s", last("nats")).isEqualTo(OperationState.FAILED));
        assertThat(scene.builds()).as("one more attempt").filteredOn(line -> line.contains("begin nats broken")).hasSize(2);
        assertThat(hub.bean("workItems", WorkItems.class).list(WorkFilter.of("update", ItemState.DEAD, 10))).hasSize(1);
        assertThat(scene.manifest("nats").hasNonNull("wanted")).isFalse();
        scene.assertManifestIsTrue("nats");

        scene.upstream("nats").git("update-ref", "-d", "refs/tags/v1.1.0");
        scene.release("nats", "v1.0.1", "nats 1.0.1");
        tell("acme/nats", "v1.0.1");
        await().untilAsserted(() -> assertThat(scene.running("nats")).isEqualTo("nats 1.0.1"));
    }

    @Test
    void afterAFewRunsThatWereEndedForANewerOneABuildIsLetFinish() throws Exception {
        for (int version = 1; version <= 4; version++) {
            scene.release("nats", "v1." + version + ".0", (version == 4 ? "gated 1." : "slow 1.") + version + ".0");
            tell("acme/nats", "v1." + version + ".0");
            String begun = "begin nats " + (version == 4 ? "gated" : "slow") + " 1." + version;
            await(begun).until(() -> scene.builds().stream().anyMatch(line -> line.contains(begun)));
        }
        scene.release("nats", "v1.5.0", "nats 1.5.0");
        tell("acme/nats", "v1.5.0");
        await("the newest waits behind it").untilAsserted(() -> assertThat(operations("nats").get(0).state()).isEqualTo(OperationState.QUEUED));

        scene.open("nats");

        await().untilAsserted(() -> assertThat(scene.running("nats")).isEqualTo("nats 1.5.0"));
        assertThat(scene.builds()).filteredOn(line -> line.contains("end nats")).extracting(line -> line.substring(line.indexOf("end")))
                .containsExactly("end nats nats 1.0.0", "end nats gated 1.4.0", "end nats nats 1.5.0");
        assertThat(operations("nats")).extracting(Operation::state).doesNotContain(OperationState.FAILED);
    }

    @Test
    void theHubFetchesTheDecidedCommitItselfWhereItsStanzaSaysSo() throws Exception {
        hub.close();
        scene.subsystem("fetched", "source", "hub", "mode", "dev");
        scene.taskfileWithout("fetched:src:update");
        hub = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()), scene.settings());
        await().untilAsserted(() -> assertThat(scene.running("fetched")).isEqualTo("fetched 1.0.0"));
        String commit = scene.release("fetched", "v1.1.0", "fetched 1.1.0");

        tell("acme/fetched", "v1.1.0");

        await().untilAsserted(() -> assertThat(scene.manifest("fetched").path("current_commit").asText()).isEqualTo(commit));
        assertThat(scene.running("fetched")).isEqualTo("fetched 1.1.0");
    }

    @Test
    void refsThatCouldRunSomethingAreRefusedOnTheirWholeWay() throws Exception {
        for (String tag : HostileRefsTest.HOSTILE) {
            scene.upstream("nats").tag(tag);
            tell("acme/nats", tag);
        }
        scene.release("nats", "v1.1.0", "nats 1.1.0");
        tell("acme/nats", "v1.1.0");

        await().untilAsserted(() -> assertThat(scene.running("nats")).isEqualTo("nats 1.1.0"));
        await().untilAsserted(() -> assertThat(operations("nats")).allMatch(operation -> operation.state().isEnd()));
        scene.assertManifestIsTrue("nats");
        assertThat(scene.builds()).filteredOn(line -> line.contains("begin nats")).hasSize(2);
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files).as("what a hostile name would have made").noneMatch(file ->
                    !file.startsWith(folder.resolve("upstream")) && List.of("x", "pwned").contains(file.getFileName().toString()));
        }
    }

    @Test
    void aRefusedDeliveryMayComeAgainAndAnAcceptedOneDoesNothingTwice() throws Exception {
        scene.release("nats", "v1.1.0", "nats 1.1.0");
        int before = operations("nats").size();
        assertThat(scene.tell(hub.uri("/webhook/hook"), "acme/nats", "v1.1.0", "delivery-1", "another secret")).isEqualTo(401);
        assertThat(scene.tell(hub.uri("/webhook/hook"), "acme/nats", "v1.1.0", "delivery-1", UpdateScene.SECRET)).isEqualTo(202);
        await().untilAsserted(() -> assertThat(scene.running("nats")).isEqualTo("nats 1.1.0"));
        await().untilAsserted(() -> assertThat(operations("nats")).hasSize(before + 1).allMatch(operation -> operation.state().isEnd()));

        assertThat(scene.tell(hub.uri("/webhook/hook"), "acme/nats", "v1.1.0", "delivery-1", UpdateScene.SECRET)).isEqualTo(202);
        scene.release("arc", "v1.1.0", "arc 1.1.0");
        tell("acme/arc", "v1.1.0");
        await("what came later").untilAsserted(() -> assertThat(scene.running("arc")).isEqualTo("arc 1.1.0"));
        assertThat(operations("nats")).hasSize(before + 1);
    }

    @Test
    void aSourceThatStaysAtItsPinnedVersionIsNotBuilt() throws Exception {
        Path tasks = scene.project().resolve("Taskfile.yml");
        Files.writeString(tasks, Files.readString(tasks).replace("checkout -q \"$NATS_VERSION\"", "checkout -q v1.0.0"));
        scene.release("nats", "v1.1.0", "nats 1.1.0");

        tell("acme/nats", "v1.1.0");

        await().untilAsserted(() -> assertThat(last("nats").state()).isEqualTo(OperationState.FAILED));
        assertThat(last("nats").result().path("error_code").asText()).isEqualTo("SOURCE_MISMATCH");
        assertThat(scene.builds()).filteredOn(line -> line.contains("begin nats")).hasSize(1);
        scene.assertManifestIsTrue("nats");
    }
}
