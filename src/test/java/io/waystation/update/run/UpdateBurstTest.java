package io.waystation.update.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;

/** Many events for many subsystems at once. */
class UpdateBurstTest {
    private static final int SUBSYSTEMS = 8;
    private static final int EVENTS = 500;
    private static final int AT_ONCE = 2;
    private static final int VERSIONS = 4;
    private static final Duration LONG = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    private static String name(int number) {
        return "sub" + number;
    }

    @Test
    void aBurstEndsAtTheNewestVersionsWithOneRunOfASubsystemAtATimeAndNoMoreThanAllowedInAll() throws Exception {
        UpdateScene scene = new UpdateScene(folder);
        for (int i = 0; i < SUBSYSTEMS; i++) {
            scene.subsystem(name(i));
        }
        scene.subsystem("other");
        ExecutorService senders = Executors.newFixedThreadPool(8);
        try (scene; HubFixture hub = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()),
                scene.settings("waystation.update.reconcile", "false", "waystation.update.concurrency", Integer.toString(AT_ONCE)))) {
            List<Future<Integer>> answers = new ArrayList<>();
            Map<String, String> commits = commits(scene);
            for (int version = 1; version <= VERSIONS; version++) {
                String tag = "v1.0." + version;
                for (int i = 0; i < SUBSYSTEMS; i++) {
                    Path refs = scene.upstream(name(i)).folder().resolve(".git/refs/tags");
                    Files.writeString(refs.resolve(tag), commits.get(name(i) + tag) + "\n");
                }
                for (int event = 0; event < EVENTS / VERSIONS; event++) {
                    String repository = "acme/" + name(event % SUBSYSTEMS);
                    answers.add(senders.submit(() -> scene.tell(hub.uri("/webhook/hook"), repository, tag)));
                }
            }
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(202);
            }
            for (int i = 0; i < SUBSYSTEMS; i++) {
                String name = name(i);
                await(name).atMost(LONG).untilAsserted(() -> {
                    assertThat(scene.manifest(name).path("current_tag").asText()).isEqualTo("v1.0." + VERSIONS);
                    assertThat(scene.running(name)).isEqualTo(name + " 1.0." + VERSIONS);
                });
            }
            assertThat(scene.manifest("other").hasNonNull("current_tag")).isFalse();
            check(scene.builds());
            scene.assertBuildsAtOnce(AT_ONCE);
            for (int i = 0; i < SUBSYSTEMS; i++) {
                scene.assertManifestIsTrue(name(i));
            }
            assertThat(scene.builds()).as("builds of another subsystem").noneMatch(line -> line.contains(" other "));
        } finally {
            senders.shutdownNow();
        }
    }

    /** Commits of all versions, made before so that the burst is one. */
    private static Map<String, String> commits(UpdateScene scene) {
        Map<String, String> commits = new HashMap<>();
        for (int i = 0; i < SUBSYSTEMS; i++) {
            for (int version = 1; version <= VERSIONS; version++) {
                commits.put(name(i) + "v1.0." + version, scene.upstream(name(i)).commit(name(i) + " 1.0." + version));
            }
        }
        return commits;
    }

    /** Lines are "nanoseconds begin|end subsystem what". */
    private static void check(List<String> lines) {
        Map<String, Integer> open = new HashMap<>();
        Set<String> built = new HashSet<>();
        for (String line : lines.stream().sorted(Comparator.comparing(l -> Long.parseLong(l.split(" ")[0]))).toList()) {
            String[] words = line.split(" ");
            if (words[1].equals("begin")) {
                assertThat(built.add(line.substring(line.indexOf(" begin ")))).as("%s is built once", line).isTrue();
            }
            assertThat(open.merge(words[2], words[1].equals("begin") ? 1 : -1, Integer::sum)).as(line).isBetween(0, 1);
            assertThat(open.values().stream().mapToInt(Integer::intValue).sum()).as(line).isBetween(0, AT_ONCE);
        }
    }
}
