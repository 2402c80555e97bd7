package io.waystation.update.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;

/** What depends on a subsystem runs with its new version too, or nothing of it is left. One hub for all, as each test goes on from what is current. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DependentsTest {
    private static final List<String> ALL = List.of("nats", "liftbridge", "telegraf");

    @TempDir
    private static Path folder;
    private UpdateScene scene;
    private HubFixture hub;
    private int versions;

    @BeforeAll
    void start() throws Exception {
        scene = new UpdateScene(folder).subsystem("telegraf").subsystem("liftbridge", "dependents", "telegraf")
                .subsystem("nats", "dependents", "telegraf,liftbridge");
        hub = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()), scene.settings("waystation.update.concurrency", "3"));
        awaitTruth("v1.0.0", "v1.0.0");
    }

    @AfterAll
    void stop() throws Exception {
        if (hub != null) {
            hub.close();
        }
        scene.close();
    }

    private void awaitTruth(String nats, String others) {
        await(nats).untilAsserted(() -> {
            for (String name : ALL) {
                assertThat(scene.manifest(name).path("current_tag").asText()).isEqualTo(name.equals("nats") ? nats : others);
                scene.assertManifestIsTrue(name);
            }
        });
    }

    private String next() {
        return "1." + ++versions + ".0";
    }

    private String current(String name) {
        return scene.manifest(name).path("current_tag").asText();
    }

    private List<String> quarantined(String name) {
        List<String> tags = new ArrayList<>();
        scene.manifest(name).path("quarantined").forEach(each -> tags.add(each.at("/artefact/tag").asText()));
        return tags;
    }

    private List<String> reloadsSince(int before) throws Exception {
        return scene.reloads().subList(before, scene.reloads().size());
    }

    private void release(String name, String version) throws Exception {
        scene.release(name, "v" + version, name + " " + version);
        assertThat(scene.tell(hub.uri("/webhook/hook"), "acme/" + name, "v" + version)).isEqualTo(202);
    }

    @Test
    void dependentsAreReloadedOnceEachAndAfterAllTheyDependOn() throws Exception {
        int before = scene.reloads().size();
        String others = current("telegraf");
        String version = next();

        release("nats", version);

        awaitTruth("v" + version, others);
        assertThat(reloadsSince(before)).containsExactly("nats", "liftbridge", "telegraf");
    }

    @Test
    void aDependentThatIsNotHealthyBringsBackTheOldVersionAndRunsWithItAgain() throws Exception {
        int before = scene.reloads().size();
        String nats = current("nats");
        String others = current("telegraf");
        String version = next();
        scene.refuses("telegraf", "nats " + version);

        release("nats", version);

        await().untilAsserted(() -> assertThat(quarantined("nats")).containsExactly("v" + version));
        awaitTruth(nats, others);
        assertThat(reloadsSince(before)).containsExactly("nats", "liftbridge", "telegraf", "nats", "liftbridge", "telegraf");
        assertThat(scene.manifest("nats").at("/quarantined/0/reason").asText()).contains("the dependent telegraf");
        assertThat(quarantined("telegraf")).isEmpty();
    }

    @Test
    void anUpdateOfADependentAtTheSameTimeIsNotDisturbedByTheReload() throws Exception {
        String version = next();
        for (String name : ALL) {
            release(name, version);
        }

        awaitTruth("v" + version, "v" + version);
        for (String name : ALL) {
            assertThat(quarantined(name)).as(name).doesNotContain("v" + version);
        }
    }
}
