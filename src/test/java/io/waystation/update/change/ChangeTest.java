package io.waystation.update.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangeTest {
    @TempDir
    private Path folder;
    private ChangeScene scene;

    @BeforeEach
    void runsOneVersion() throws IOException {
        scene = new ChangeScene(folder, true);
        scene.update("1.0.0", "good 1", Boundary.NONE);
    }

    @Test
    void keepsTheBinaryThatWasInUseAndSaysWhichFileIsWhich() throws IOException {
        scene.update("2.0.0", "good 2", Boundary.NONE);

        assertThat(scene.binary()).isEqualTo("good 2");
        assertThat(scene.previous()).isEqualTo("good 1");
        assertThat(scene.reloads()).containsExactly("good 1", "good 2");
        assertThat(entry().previous().tag()).isEqualTo("v1.0.0");
        assertThat(Files.readString(scene.place().current().resolveSibling(".version"))).isEqualTo("version: v2.0.0\ncommit: "
                + ChangeScene.version("2.0.0").commit() + "\ntimestamp: 2026-01-01T00:00:00Z\nchecksum: " + entry().currentSha256() + "\n");
        assertThat(scene.place().staging()).isEmptyDirectory();
    }

    @Test
    void putsBackTheOldBinaryAndItsPreviousOneAndDoesNotTryTheBadVersionAgain() throws IOException {
        scene.update("2.0.0", "good 2", Boundary.NONE);

        refused("not-ready", () -> scene.update("3.0.0", "bad 3", Boundary.NONE));

        assertThat(scene.binary()).isEqualTo("good 2");
        assertThat(scene.previous()).isEqualTo("good 1");
        assertThat(scene.reloads()).containsExactly("good 1", "good 2", "bad 3", "good 2");
        assertThat(entry().quarantined()).singleElement().satisfies(bad -> {
            assertThat(bad.artefact().tag()).isEqualTo("v3.0.0");
            assertThat(bad.reason()).startsWith("not-ready: not ready after").contains("runs bad 3");
        });
        refused("quarantined", () -> scene.update("3.0.0", "bad 3", Boundary.NONE));
        refused("quarantined", () -> scene.update("3.0.1", "bad 3", Boundary.NONE));
        assertThat(scene.reloads()).hasSize(4);
        scene.change(Boundary.NONE).abandon("as the pipeline does");
        scene.manifest(Boundary.NONE).change("nats", "unquarantine", "anna", now -> now.edit().unquarantine("v3.0.0").done());
        scene.update("3.0.0", "good 3", Boundary.NONE);
        assertThat(scene.binary()).isEqualTo("good 3");
    }

    @Test
    void isStuckWhenTheOldVersionIsNotWellEitherUntilAPersonRollsBackAgain() {
        scene.fallSick();
        refused("rollback-failed", () -> scene.update("2.0.0", "bad 2", Boundary.NONE));

        assertThat(scene.binary()).as("the files are back all the same").isEqualTo("good 1");
        assertThat(entry().changing().step()).isEqualTo(ChangeStep.STUCK);
        assertThat(entry().held().rule()).isEqualTo("rollback-failed");
        refused("stuck", () -> scene.update("3.0.0", "good 3", Boundary.NONE));
        scene.change(Boundary.NONE).recover();
        assertThat(entry().changing().step()).as("a restart does not hide it").isEqualTo(ChangeStep.STUCK);

        scene.recoverHealth();
        scene.change(Boundary.NONE).rollback("again");
        assertThat(entry().changing()).isNull();
        assertThat(entry().held()).isNull();
        assertThat(entry().quarantined()).hasSize(1);
    }

    @Test
    void reloadsADependentAfterItselfAndOnceMoreWhenTheDependentDoesNotWorkWithTheNewVersion() throws IOException {
        refused("not-ready", () -> scene.update("2.0.0", "odd 2", Boundary.NONE));

        assertThat(scene.reloads()).containsExactly("good 1", "odd 2", "good 1");
        assertThat(scene.dependentReloads()).containsExactly("good 1", "odd 2", "good 1");
        assertThat(scene.binary()).isEqualTo("good 1");
        assertThat(entry().quarantined()).singleElement().satisfies(bad -> assertThat(bad.reason()).contains("the dependent telegraf"));
        assertThat(entry().changing()).isNull();
    }

    @Test
    void leavesADependentStoppedThatSomebodyHasStopped() throws IOException {
        scene.endDependent();

        scene.update("2.0.0", "good 2", Boundary.NONE);

        assertThat(scene.dependentReloads()).containsExactly("good 1");
        assertThat(entry().currentTag()).isEqualTo("v2.0.0");
    }

    @Test
    void reloadsNothingWhenARebuildGivesTheSameFile() throws IOException {
        scene.update("1.0.1", "good 1", Boundary.NONE);

        assertThat(scene.reloads()).containsExactly("good 1");
        assertThat(entry().currentTag()).isEqualTo("v1.0.1");
        assertThat(entry().previous()).isNull();
    }

    @Test
    void refusesAFileThatIsNotWhatWasExpectedAndLeavesTheOneInUse() throws IOException {
        Change change = scene.change(Boundary.NONE);
        change.begin(ChangeScene.version("2.0.0"), "operation");
        scene.build("good 2", Boundary.NONE);
        String digest = change.stage().sha256();

        refused("wrong-size", () -> change.verify(digest, 7));
        refused("wrong-digest", () -> change.verify("0".repeat(64), 6));
        refused("wrong-step", change::swap);
        Files.writeString(scene.place().staged(), "evil 2");
        refused("staged-changed", () -> change.verify(digest, 6));
        change.abandon("not what was signed");
        assertThat(scene.binary()).isEqualTo("good 1");
        assertThat(entry().changing()).isNull();
    }

    @Test
    void notesABinaryThatSomebodyElsePutInPlace() throws IOException {
        Files.writeString(scene.place().current(), "by hand");

        scene.change(Boundary.NONE).recover();
        assertThat(entry().currentTag()).isNull();
        scene.assertTruth("by hand");
        scene.update("2.0.0", "good 2", Boundary.NONE);
        assertThat(scene.previous()).isEqualTo("by hand");
    }

    @Test
    void doesNotSwapOverABinaryThatSomebodyElseChangedMeanwhile() throws IOException {
        Change change = scene.change(Boundary.NONE);
        change.begin(ChangeScene.version("2.0.0"), "operation");
        scene.build("good 2", Boundary.NONE);
        change.stage();
        change.verify(null, -1);
        Files.writeString(scene.place().current(), "by hand");

        refused("binary-changed", change::swap);
    }

    @Test
    void putsBackTheBinaryThatAFailedBuildLeftHalfWritten() throws IOException {
        Change change = scene.change(Boundary.NONE);
        change.begin(ChangeScene.version("2.0.0"), "operation");
        Files.writeString(scene.place().current(), "go");

        change.abandon("the build failed");

        assertThat(scene.binary()).isEqualTo("good 1");
        refused("no-change", change::stage);
    }

    @Test
    void refusesNamesThatLeadOutOfItsFolder() {
        assertThatThrownBy(() -> Installation.of("nats", folder, "../nats-server", null)).hasMessageContaining("must match");
        assertThatThrownBy(() -> new Installation("nats", folder, "nats-server", Path.of("../x"), null)).hasMessageContaining("below");
    }

    private ManifestEntry entry() {
        return scene.manifest(Boundary.NONE).entry("nats");
    }

    private static void refused(String code, ThrowingCallable body) {
        assertThatThrownBy(body).isInstanceOfSatisfying(ChangeException.class,
                refused -> assertThat(refused.code()).as(refused.getMessage()).isEqualTo(code));
    }
}
