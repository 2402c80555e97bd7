package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubProcess;
import io.waystation.update.run.UpdateScene;

/** An update whose hub dies: at every step, and in the middle of a build that does not end by itself. */
class UpdateCrashTest {
    private static final List<String> STEPS = List.of("decide", "source", "build", "verify", "swap", "reload", "health", "commit");

    @TempDir
    private Path folder;
    private UpdateScene scene;

    @BeforeEach
    void begin() throws IOException {
        scene = new UpdateScene(folder).subsystem("nats");
    }

    @AfterEach
    void end() throws IOException {
        scene.close();
    }

    private HubProcess hub(String... settings) throws IOException {
        return new HubProcess(folder.resolve("data"), scene.home(), scene.settings(settings));
    }

    private void awaitVersion(String tag, String said) {
        await(tag).untilAsserted(() -> {
            assertThat(scene.manifest("nats").path("current_tag").asText()).isEqualTo(tag);
            assertThat(scene.manifest("nats").hasNonNull("changing")).isFalse();
            assertThat(scene.binary("nats")).isEqualTo(said);
            assertThat(scene.running("nats")).isEqualTo(said);
        });
    }

    @Test
    void goesOnOrUndoesAtWhateverStepTheHubWasKilled() throws Exception {
        try (HubProcess first = hub().start()) {
            awaitVersion("v1.0.0", "nats 1.0.0");
        }
        String before = "nats 1.0.0";
        for (int i = 0; i < STEPS.size(); i++) {
            String tag = "v1." + (i + 1) + ".0";
            String said = "nats 1." + (i + 1) + ".0";
            scene.release("nats", tag, said);

            try (HubProcess dying = hub("waystation.update.halt-at", STEPS.get(i)).start()) {
                await("dies at " + STEPS.get(i)).until(() -> !dying.isAlive());
            }
            assertThat(scene.binary("nats")).as("killed at %s", STEPS.get(i)).isIn(before, said);
            boolean newNow = scene.binary("nats").equals(said);
            boolean manifestKnows = scene.manifest("nats").path("current_tag").asText().equals(tag)
                    || scene.manifest("nats").at("/changing/target/tag").asText().equals(tag);
            assertThat(manifestKnows || !newNow).as("killed at %s: the manifest knows of the new binary", STEPS.get(i)).isTrue();

            try (HubProcess next = hub().start()) {
                awaitVersion(tag, said);
            }
            before = said;
        }
        assertNoOverlap();
    }

    @Test
    void aBuildThatIgnoresToBeEndedIsGoneBeforeTheNextOneBegins() throws Exception {
        try (HubProcess first = hub().start()) {
            awaitVersion("v1.0.0", "nats 1.0.0");
            scene.release("nats", "v1.1.0", "stubborn 1.1.0");
            assertThat(scene.tell(first.uri("/webhook/hook"), "acme/nats", "v1.1.0")).isEqualTo(202);
            await().until(() -> scene.builds().stream().anyMatch(line -> line.contains("begin nats stubborn")));
            first.kill();
        }
        assertThat(scene.binary("nats")).isEqualTo("nats 1.0.0");
        assertThat(builders()).isPositive();
        scene.release("nats", "v1.2.0", "nats 1.2.0");

        try (HubProcess next = hub().start()) {
            awaitVersion("v1.2.0", "nats 1.2.0");
            assertThat(builders()).isZero();
        }
    }

    /** Processes that run a build script of this scene. */
    private long builders() {
        return ProcessHandle.allProcesses().filter(process -> {
            try {
                Path proc = Path.of("/proc", Long.toString(process.pid()));
                return Files.readSymbolicLink(proc.resolve("cwd")).equals(scene.project().toRealPath())
                        && Files.readString(proc.resolve("cmdline")).contains("build.sh");
            } catch (IOException gone) {
                return false;
            }
        }).count();
    }

    private void assertNoOverlap() throws IOException {
        int open = 0;
        for (String line : scene.builds()) {
            open = line.contains(" begin ") ? open + 1 : open - 1;
            assertThat(open).as(line).isBetween(0, 1);
        }
    }
}
