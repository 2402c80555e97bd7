package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubProcess;
import io.waystation.update.run.UpdateScene;

/** An update whose hub dies: at every step, and in the middle of a build that does not end by itself. */
class UpdateCrashTest {
    private static final List<String> STEPS = List.of("decide", "source", "build", "verify", "swap", "reload", "health", "dependents", "commit");
    private static final List<String> USER_STEPS = List.of("decide", "download", "verify", "swap");

    @TempDir
    private Path folder;
    private UpdateScene scene;

    @BeforeEach
    void begin() throws IOException {
        scene = new UpdateScene(folder).subsystem("arc");
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
            scene.assertManifestIsTrue("nats");
            scene.assertManifestIsTrue("arc");
        });
    }

    /** What was killed left the old or the new binary, and a manifest that knows which it may be. */
    private void assertOldOrNew(String when, String before, String tag, String said) {
        assertThat(scene.binary("nats")).as(when).isIn(before, said);
        JsonNode entry = scene.manifest("nats");
        boolean newNow = scene.binary("nats").equals(said);
        assertThat(entry.path("current_tag").asText().equals(tag) || entry.at("/changing/target/tag").asText().equals(tag) || !newNow)
                .as("%s: the manifest knows of the new binary", when).isTrue();
    }

    private void dieAt(String step) throws Exception {
        try (HubProcess dying = hub("waystation.update.halt-at", step).launch()) {
            await("dies at " + step).until(() -> !dying.isAlive());
        }
    }

    /** One update whose hub dies at each of these steps, one after the other, before it comes to its end. */
    private void dieAtEachOf(List<String> steps) throws Exception {
        scene.release("nats", "v1.1.0", "nats 1.1.0");
        for (String step : steps) {
            dieAt(step);
            assertOldOrNew("killed at " + step, "nats 1.0.0", "v1.1.0", "nats 1.1.0");
        }
        try (HubProcess next = hub().start()) {
            awaitVersion("v1.1.0", "nats 1.1.0");
        }
        System.out.printf("update crash: one update killed at each of %s%n", steps);
    }

    @Test
    void goesOnOrUndoesAtWhateverStepTheHubWasKilled() throws Exception {
        scene.subsystem("nats", "dependents", "arc");
        try (HubProcess first = hub().start()) {
            awaitVersion("v1.0.0", "nats 1.0.0");
        }
        dieAtEachOf(STEPS);
        scene.assertBuildsAtOnce(2);
    }

    @Test
    void aDownloadGoesOnOrIsUndoneAtWhateverStepTheHubWasKilled() throws Exception {
        scene.subsystem("nats", "mode", "user");
        try (HubProcess first = hub().start()) {
            awaitVersion("v1.0.0", "nats 1.0.0");
        }
        dieAtEachOf(USER_STEPS);
        scene.assertBuildsAtOnce(2);
    }

    @Test
    void aRollbackIsFinishedWhenTheHubWasKilledAsItBegan() throws Exception {
        scene.subsystem("nats", "dependents", "arc");
        try (HubProcess first = hub().start()) {
            awaitVersion("v1.0.0", "nats 1.0.0");
            scene.release("nats", "v1.1.0", "nats 1.1.0");
            first.kill();
        }
        try (HubProcess next = hub().start()) {
            awaitVersion("v1.1.0", "nats 1.1.0");
        }
        scene.release("nats", "v1.2.0", "bad 1.2.0");

        dieAt("rollback");
        assertOldOrNew("killed at rollback", "nats 1.1.0", "v1.2.0", "bad 1.2.0");

        try (HubProcess next = hub().start()) {
            awaitVersion("v1.1.0", "nats 1.1.0");
            await().untilAsserted(() -> assertThat(scene.manifest("nats").at("/quarantined/0/artefact/tag").asText()).isEqualTo("v1.2.0"));
            assertThat(scene.manifest("nats").at("/previous/tag").asText()).isEqualTo("v1.0.0");
        }
        assertThat(scene.builds()).filteredOn(line -> line.contains("begin nats bad")).hasSize(1);
    }

    @Test
    void aBuildThatIgnoresToBeEndedIsGoneBeforeTheNextOneBegins() throws Exception {
        scene.subsystem("nats");
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
            scene.assertBuildsAtOnce(2);
        }
    }

    /** Versions good and bad, one after the other, each with a kill at some moment: {@code -Dwaystation.faults=50} makes 50 of them. */
    @Test
    void convergesAtWhateverMomentItIsKilled() throws Exception {
        int rounds = Integer.getInteger("faults.rounds", 10) < 50 ? 2 : Integer.getInteger("faults.rounds");
        long seed = Long.getLong("faults.seed", System.nanoTime());
        Random random = new Random(seed);
        scene.subsystem("nats", "dependents", "arc");
        String good = "1.0.0";
        try (HubProcess hub = hub()) {
            hub.start();
            awaitVersion("v1.0.0", "nats 1.0.0"); // else there is nothing to go back to where all versions are bad
            hub.kill();
            for (int i = 1; i <= rounds; i++) {
                hub.start();
                boolean bad = random.nextInt(4) == 0;
                String version = "1." + i + ".0";
                scene.release("nats", "v" + version, (bad ? "bad " : "nats ") + version);
                assertThat(scene.tell(hub.uri("/webhook/hook"), "acme/nats", "v" + version)).isEqualTo(202);
                if (random.nextInt(3) > 0) { // else it is killed before, or while it decides
                    await(version).until(() -> scene.builds().stream().anyMatch(line -> line.endsWith(" " + version)));
                }
                Duration moment = Duration.ofMillis(random.nextInt(2_000));
                await().pollDelay(moment).until(() -> true);
                hub.kill();
                good = bad ? good : version;
                assertThat(scene.binary("nats")).as("seed %d, round %d, killed after %s", seed, i, moment).matches("(?:nats|bad) 1\\.\\d+\\.0");
            }
            hub.start();
            awaitVersion("v" + good, "nats " + good);
            scene.assertBuildsAtOnce(2);
        }
        System.out.printf("update crash: seed %d, %d kills at random moments, %d builds begun, nats %s and its manifest true at the end%n", seed, rounds,
                scene.builds().stream().filter(line -> line.contains("begin nats")).count(), good);
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
}
