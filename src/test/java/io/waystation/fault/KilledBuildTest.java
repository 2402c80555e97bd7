package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.waystation.HubHome;
import io.waystation.HubProcess;
import io.waystation.OutsideTool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub that is killed in the middle of a build leaves nothing that the next hub does not end first. */
class KilledBuildTest {
    private static final String ROUTE = """
            - route:
                id: build
                description: Builds once, as soon as the hub has started
                from:
                  uri: timer:build
                  parameters:
                    repeatCount: "1"
                    delay: "0"
                  steps:
                    - to:
                        uri: kamelet:task-action
                        parameters:
                          task: nats:bin:build
                          subsystem: nats
            """;

    @TempDir
    private Path folder;

    @Test
    void endsTheFormerBuildBeforeTheLaneOpensAgainAndBuildsAnew() throws Exception {
        Path task = OutsideTool.required("task");
        Path project = Files.createDirectories(folder.resolve("project"));
        Files.copy(Path.of("src/test/resources/task/Taskfile.killed.yml"), project.resolve("Taskfile.yml"));
        Files.createFile(project.resolve("source.txt"));
        HubHome home = HubHome.in(folder).route("build.camel.yaml", ROUTE);
        try (HubProcess hub = new HubProcess(folder.resolve("data"), home.path(), "waystation.update.project", project.toString(),
                "waystation.update.task", task.toString(), "waystation.update.task-grace", "300ms")) {
            hub.start();
            List<Long> first = pids(project, 2);
            hub.kill();
            assertThat(first).as("processes that outlive their hub").allMatch(KilledBuildTest::runs);

            hub.start();
            List<Long> all = pids(project, 4);

            assertThat(first).noneMatch(KilledBuildTest::runs);
            assertThat(project.resolve("overlap")).doesNotExist();
            assertThat(hub.log()).content().contains("Lane nats was at work when the hub ended");
            assertThat(hub.stop()).isBetween(0, 143);
            assertThat(all).as("after an orderly stop").noneMatch(KilledBuildTest::runs);
        }
    }

    private static List<Long> pids(Path project, int count) throws IOException {
        Path file = project.resolve("pids");
        await().until(() -> Files.exists(file) && Files.readAllLines(file).size() == count);
        return Files.readAllLines(file).stream().map(Long::valueOf).toList();
    }

    private static boolean runs(long pid) {
        try {
            return !Files.readString(Path.of("/proc/" + pid + "/status")).contains("State:\tZ");
        } catch (IOException ended) {
            return false;
        }
    }
}
