package io.waystation.update.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.MemoryFolder;

/** A hub killed between any two effects: the binary is the old or the new one, and the manifest says which. */
class ChangeKillTest {
    @TempDir(factory = MemoryFolder.class)
    private Path folder;

    /** What happens to a subsystem that runs 1.0.0 and has 0.9.0 as its previous version. */
    enum Story {
        GOOD("good 2", "good 2", "good 1"),
        BAD("bad 2", "good 1", "good 0"),
        ODD("odd 2", "good 1", "good 0"),
        SAME("good 1", "good 1", "good 0");

        private final String built;
        private final String end;
        private final String previous;

        Story(String built, String end, String previous) {
            this.built = built;
            this.end = end;
            this.previous = previous;
        }
    }


    @ParameterizedTest
    @EnumSource
    void convergesWhereverItIsKilledOnceOrTwice(Story story) throws IOException {
        for (boolean inPlace : List.of(true, false)) {
            int points = killAtEachBoundary(story, inPlace, 0);
            assertThat(points).isGreaterThan(10);
            killAtEachBoundary(story, inPlace, inPlace ? 2 : 5);
        }
    }

    private int killAtEachBoundary(Story story, boolean inPlace, int second) throws IOException {
        for (int stop = 1;; stop++) {
            ChangeScene scene = started(story.name() + inPlace + stop + "-" + second, inPlace);
            StopAt kill = new StopAt(stop);
            boolean killed = killed(() -> scene.update("2.0.0", story.built, kill));
            String when = story + (inPlace ? " in place" : " beside") + " killed after " + kill.last();
            assertOldOrNew(scene, story, when);
            if (second > 0) {
                StopAt again = new StopAt(second);
                killed(() -> scene.change(again).recover());
                assertOldOrNew(scene, story, when + " and recovering after " + again.last());
            }

            recover(scene);
            scene.assertTruth(when);
            assertThat(scene.manifest(Boundary.NONE).entry("nats").changing()).as(when).isNull();
            assertThat(scene.binary()).as(when).isIn("good 1", story.end);
            assertThat(scene.runs()).as("the process after: " + when).isEqualTo(scene.binary());
            assertThat(scene.beside()).as("its dependent after: " + when).isEqualTo(scene.binary());

            killed(() -> scene.update("2.0.0", story.built, Boundary.NONE));
            assertEnd(scene, story, when);
            if (!killed) {
                return stop;
            }
        }
    }

    private ChangeScene started(String name, boolean inPlace) throws IOException {
        ChangeScene scene = new ChangeScene(Files.createDirectory(folder.resolve(name)), inPlace);
        scene.update("0.9.0", "good 0", Boundary.NONE);
        scene.update("1.0.0", "good 1", Boundary.NONE);
        return scene;
    }

    /** Runs until its end, its kill or its refusal. */
    private static boolean killed(Step body) throws IOException {
        try {
            body.run();
            return false;
        } catch (StopAt.Killed expected) {
            return true;
        } catch (ChangeException notWell) {
            return false;
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void recover(ChangeScene scene) throws IOException {
        killed(() -> scene.change(Boundary.NONE).recover());
    }

    private static void assertOldOrNew(ChangeScene scene, Story story, String when) {
        ManifestEntry entry = scene.manifest(Boundary.NONE).entry("nats");
        boolean building = entry.changing() != null && entry.changing().step() == ChangeStep.BUILDING;
        if (!building || !scene.place().buildsInPlace()) {
            assertThat(scene.binary()).as(when).isIn("good 1", story.built);
        }
        scene.assertTruth(when);
    }

    private static void assertEnd(ChangeScene scene, Story story, String when) {
        ManifestEntry entry = scene.manifest(Boundary.NONE).entry("nats");
        boolean bad = story == Story.BAD || story == Story.ODD;
        assertThat(scene.binary()).as(when).isEqualTo(story.end);
        assertThat(scene.runs()).as(when).isEqualTo(story.end);
        assertThat(scene.beside()).as(when).isEqualTo(story.end);
        assertThat(scene.previous()).as(when).isEqualTo(story.previous);
        assertThat(entry.changing()).as(when).isNull();
        assertThat(entry.currentTag()).as(when).isEqualTo(bad ? "v1.0.0" : "v2.0.0");
        assertThat(entry.isQuarantined(Artefact.of(ChangeScene.version("2.0.0")))).as(when).isEqualTo(bad);
        scene.assertTruth(when);
    }

    @ParameterizedTest
    @ValueSource(strings = {"good 1", "bad 1"})
    void installsAFirstVersionOrTakesItBack(String content) throws IOException {
        List<String> ends = new ArrayList<>();
        for (int stop = 1;; stop++) {
            ChangeScene scene = new ChangeScene(Files.createDirectory(folder.resolve("first" + stop)), false);
            StopAt kill = new StopAt(stop);
            boolean killed = killed(() -> scene.update("1.0.0", content, kill));
            String when = "killed after " + kill.last();
            assertThat(scene.binary()).as(when).isIn(null, content);
            scene.assertTruth(when);
            recover(scene);
            killed(() -> scene.update("1.0.0", content, Boundary.NONE));
            assertThat(scene.binary()).as(when).isEqualTo(content.startsWith("bad") ? null : content);
            assertThat(scene.runs()).as(when).isEqualTo(scene.binary());
            scene.assertTruth(when);
            ends.add(when);
            if (!killed) {
                assertThat(ends).hasSizeGreaterThan(10);
                return;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goesBackByHandWhereverItIsKilled(boolean inPlace) throws IOException {
        for (int stop = 1;; stop++) {
            ChangeScene scene = started("undo" + stop, inPlace);
            StopAt kill = new StopAt(stop);
            boolean killed = killed(() -> scene.change(kill).undo("anna", "slow"));
            String when = "killed after " + kill.last();
            assertThat(scene.binary()).as(when).isIn("good 0", "good 1");
            scene.assertTruth(when);
            recover(scene);
            if (scene.binary().equals("good 1")) {
                scene.change(Boundary.NONE).undo("anna", "slow");
            }
            assertThat(scene.binary()).as(when).isEqualTo("good 0");
            assertThat(scene.runs()).as(when).isEqualTo("good 0");
            assertThat(scene.manifest(Boundary.NONE).entry("nats").currentTag()).isEqualTo("v0.9.0");
            assertThat(scene.manifest(Boundary.NONE).entry("nats").quarantined()).singleElement()
                    .satisfies(bad -> assertThat(bad.artefact().tag()).isEqualTo("v1.0.0"));
            scene.assertTruth(when);
            if (!killed) {
                return;
            }
        }
    }
}
