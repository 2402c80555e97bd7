package io.waystation.update.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
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
        hub = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()), scene.settings());
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

        int before = operations("nats").size();
        tell("acme/nats", "v1.2.0");
        await().untilAsserted(() -> assertThat(operations("nats")).hasSize(before + 1)
                .allMatch(operation -> operation.state().isEnd()));
        assertThat(last("nats").state()).isEqualTo(OperationState.SUCCEEDED);
        assertThat(scene.builds()).filteredOn(line -> line.contains("begin nats bad")).hasSize(1);
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
}
