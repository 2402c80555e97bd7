package io.waystation.update.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;

/** What depends on a subsystem runs with its new version too, or nothing of it is left. */
class DependentsTest {
    private static final List<String> ALL = List.of("nats", "liftbridge", "telegraf");

    @TempDir
    private Path folder;
    private UpdateScene scene;
    private HubFixture hub;

    @BeforeEach
    void start() throws Exception {
        scene = new UpdateScene(folder).subsystem("telegraf").subsystem("liftbridge", "dependents", "telegraf")
                .subsystem("nats", "dependents", "telegraf,liftbridge");
        hub = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()), scene.settings("waystation.update.concurrency", "3"));
        awaitTruth("v1.0.0", "v1.0.0");
    }

    @AfterEach
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

    private List<String> reloadsSince(int before) throws Exception {
        return scene.reloads().subList(before, scene.reloads().size());
    }

    private void release(String tag, String said) throws Exception {
        scene.release("nats", tag, said);
        assertThat(scene.tell(hub.uri("/webhook/hook"), "acme/nats", tag)).isEqualTo(202);
    }

    @Test
    void dependentsAreReloadedOnceEachAndAfterAllTheyDependOn() throws Exception {
        int before = scene.reloads().size();

        release("v1.1.0", "nats 1.1.0");

        awaitTruth("v1.1.0", "v1.0.0");
        assertThat(reloadsSince(before)).containsExactly("nats", "liftbridge", "telegraf");
    }

    @Test
    void aDependentThatIsNotHealthyBringsBackTheOldVersionAndRunsWithItAgain() throws Exception {
        int before = scene.reloads().size();
        scene.refuses("telegraf", "nats 1.2.0");

        release("v1.2.0", "nats 1.2.0");

        await().untilAsserted(() -> assertThat(scene.manifest("nats").at("/quarantined/0/artefact/tag").asText()).isEqualTo("v1.2.0"));
        awaitTruth("v1.0.0", "v1.0.0");
        assertThat(reloadsSince(before)).containsExactly("nats", "liftbridge", "telegraf", "nats", "liftbridge", "telegraf");
        assertThat(scene.manifest("nats").at("/quarantined/0/reason").asText()).contains("the dependent telegraf");
        assertThat(scene.manifest("telegraf").path("quarantined")).isEmpty();
    }

    @Test
    void anUpdateOfADependentAtTheSameTimeIsNotDisturbedByTheReload() throws Exception {
        for (String name : ALL) {
            scene.release(name, "v1.3.0", name + " 1.3.0");
        }
        for (String name : ALL) {
            assertThat(scene.tell(hub.uri("/webhook/hook"), "acme/" + name, "v1.3.0")).isEqualTo(202);
        }

        awaitTruth("v1.3.0", "v1.3.0");
        for (String name : ALL) {
            assertThat(scene.manifest(name).path("quarantined")).as(name).isEmpty();
        }
    }
}
