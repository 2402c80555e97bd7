package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.waystation.HubFixture;
import io.waystation.update.run.UpdateScene;

/** {@code waystation check|plan|why|update|approve|reject|rollback|unquarantine} against a real hub and a real upstream. */
class UpdateCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;
    private UpdateScene scene;
    private HubFixture hub;

    @BeforeEach
    void start() throws Exception {
        scene = new UpdateScene(folder).subsystem("nats");
        hub = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()), scene.settings());
        awaitVersion("v1.0.0");
    }

    @AfterEach
    void stop() throws Exception {
        if (hub != null) {
            hub.close();
        }
        scene.close();
    }

    private CommandLineRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", folder.resolve("data").toString()));
        return CommandLineRun.of(all.toArray(String[]::new));
    }

    private String said(String... arguments) {
        CommandLineRun run = run(arguments);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }

    private JsonNode json(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        return JSON.readTree(said(all.toArray(String[]::new)));
    }

    private void awaitVersion(String tag) {
        await().untilAsserted(() -> {
            assertThat(scene.manifest("nats").path("current_tag").asText()).isEqualTo(tag);
            assertThat(scene.manifest("nats").hasNonNull("changing")).isFalse();
        });
    }

    @Test
    void looksWithoutChangingAnythingAndUpdatesWhenAsked() throws Exception {
        String commit = scene.release("nats", "v1.1.0", "nats 1.1.0");

        JsonNode check = json("check");
        assertThat(check.at("/nats/name").asText()).isEqualTo("nats");
        assertThat(check.at("/nats/update_available").asBoolean()).isTrue();
        assertThat(check.at("/nats/wanted").asText()).isEqualTo("v1.1.0");
        assertThat(said("check")).contains("nats").contains("v1.1.0").contains("update");
        assertThat(said("plan", "nats")).contains("1. task nats:src:update with NATS_VERSION=v1.1.0")
                .contains("compare nats/.src with commit " + commit);
        assertThat(scene.manifest("nats").path("current_tag").asText()).isEqualTo("v1.0.0");

        assertThat(json("update", "nats").path("operation").asText()).isNotEmpty();

        awaitVersion("v1.1.0");
        assertThat(said("plan", "nats").lines()).hasSize(1);
        assertThat(json("why", "nats").path("rule").asText()).isEqualTo("up-to-date");
    }

    @Test
    void aMajorVersionWaitsForApprovalWhileFixesGoOnAndAPersonCanGoBack() throws Exception {
        scene.release("nats", "v2.0.0", "nats 2.0.0");
        String operation = json("update", "nats").path("operation").asText();
        await("held").untilAsserted(() -> assertThat(json("operations", "show", operation).path("state").asText()).isEqualTo("held"));
        assertThat(json("why", "nats").at("/held/rule").asText()).isEqualTo("approval");
        assertThat(run("approve", "nats", "v9.9.9").err()).contains("nothing-to-approve");

        scene.upstream("nats").git("checkout", "-q", "v1.0.0");
        scene.release("nats", "v1.0.1", "nats 1.0.1");
        said("update", "nats");
        awaitVersion("v1.0.1");

        said("approve", "nats", "v2.0.0");
        awaitVersion("v2.0.0");
        assertThat(scene.running("nats")).isEqualTo("nats 2.0.0");

        said("rollback", "nats", "--reason", "too slow");
        awaitVersion("v1.0.1");
        assertThat(scene.running("nats")).isEqualTo("nats 1.0.1");
        assertThat(json("why", "nats").at("/quarantined/0/reason").asText()).contains("too slow");

        said("unquarantine", "nats", "v2.0.0");
        awaitVersion("v2.0.0");
        assertThat(run("unquarantine", "nats", "v2.0.0").err()).contains("not-quarantined");
    }

    @Test
    void aRejectedVersionIsNotTaken() throws Exception {
        scene.release("nats", "v2.0.0", "nats 2.0.0");
        said("update", "nats");
        await().untilAsserted(() -> assertThat(json("why", "nats").at("/held/rule").asText()).isEqualTo("approval"));

        said("reject", "nats");

        assertThat(json("check", "nats").at("/nats/findings/0/rule").asText()).isEqualTo("rejected");
        assertThat(run("approve", "other").err()).contains("no-such-subsystem");
    }

    @Test
    void findsTheTrapsOfATaskfile() {
        CommandLineRun lint = CommandLineRun.of("lint", scene.project().toString());

        assertThat(lint.exitCode()).as(lint.err()).isEqualTo(1);
        assertThat(lint.out()).contains("status-of-existence");
    }
}
