package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.waystation.HubFixture;
import io.waystation.update.run.UpdateScene;

/** {@code waystation check|plan|why|update|approve|reject|rollback|unquarantine} against a real hub and real upstreams, one for each test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpdateCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> HUBLESS = Set.of("lint", "audit", "keys");
    private static final Set<String> JUDGE = Set.of("approve", "reject");

    @TempDir
    private static Path folder;
    private UpdateScene scene;
    private HubFixture hub;

    @BeforeAll
    void start() throws Exception {
        scene = new UpdateScene(folder).subsystem("nats", "health", "task nats:health").subsystem("arc").subsystem("telegraf").subsystem("liftbridge");
        hub = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()), scene.settings("waystation.update.reload-command", "task,reload,PROC={process}"));
        for (String name : List.of("nats", "arc", "telegraf", "liftbridge")) {
            awaitVersion(name, "v1.0.0");
        }
    }

    @AfterAll
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

    private void awaitVersion(String name, String tag) {
        await(name).untilAsserted(() -> {
            assertThat(scene.manifest(name).path("current_tag").asText()).isEqualTo(tag);
            assertThat(scene.manifest(name).hasNonNull("changing")).isFalse();
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

        awaitVersion("nats", "v1.1.0");
        assertThat(said("plan", "nats").lines()).hasSize(1);
        assertThat(json("why", "nats").path("rule").asText()).isEqualTo("up-to-date");
    }

    @Test
    void aMajorVersionWaitsForApprovalWhileFixesGoOnAndAPersonCanGoBack() throws Exception {
        scene.release("arc", "v2.0.0", "arc 2.0.0");
        String operation = json("update", "arc").path("operation").asText();
        await("held").untilAsserted(() -> assertThat(json("operations", "show", operation).path("state").asText()).isEqualTo("held"));
        assertThat(json("why", "arc").at("/held/rule").asText()).isEqualTo("approval");
        assertThat(run("approve", "arc", "v9.9.9").err()).contains("nothing-to-approve");

        scene.upstream("arc").git("checkout", "-q", "v1.0.0");
        scene.release("arc", "v1.0.1", "arc 1.0.1");
        said("update", "arc");
        awaitVersion("arc", "v1.0.1");

        said("approve", "arc", "v2.0.0");
        awaitVersion("arc", "v2.0.0");
        assertThat(scene.running("arc")).isEqualTo("arc 2.0.0");

        said("rollback", "arc", "--reason", "too slow");
        awaitVersion("arc", "v1.0.1");
        assertThat(scene.running("arc")).isEqualTo("arc 1.0.1");
        assertThat(json("why", "arc").at("/quarantined/0/reason").asText()).contains("too slow");

        said("unquarantine", "arc", "v2.0.0");
        awaitVersion("arc", "v2.0.0");
        assertThat(run("unquarantine", "arc", "v2.0.0").err()).contains("not-quarantined");
    }

    @Test
    void aRejectedVersionIsNotTaken() throws Exception {
        scene.release("telegraf", "v2.0.0", "telegraf 2.0.0");
        said("update", "telegraf");
        await().untilAsserted(() -> assertThat(json("why", "telegraf").at("/held/rule").asText()).isEqualTo("approval"));

        said("reject", "telegraf");

        assertThat(json("check", "telegraf").at("/telegraf/findings/0/rule").asText()).isEqualTo("rejected");
        assertThat(run("approve", "other").err()).contains("no-such-subsystem");
    }

    /** Commands without their arguments are only mentioned there; two may rightly be refused, because nothing waits for an approval. */
    @Test
    void everyCommandOfTheGuideRuns() throws Exception {
        scene.release("liftbridge", "v1.1.0", "liftbridge 1.1.0");
        String operation = json("update", "liftbridge").path("operation").asText();
        awaitVersion("liftbridge", "v1.1.0");
        Map<String, String> words = Map.of("SUBSYSTEM", "liftbridge", "VERSION", "v1.1.0", "TEXT", "slow", "ID", operation,
                "DIR", scene.project().toString(), "FOLDER", folder.resolve("backup").toString(), "release.key", folder.resolve("release.key").toString());
        Set<String> ran = new TreeSet<>();
        Matcher commands = Pattern.compile("`waystation ([a-z|]+)( [^`]+)?`").matcher(Files.readString(Path.of("docs/updates.md")).replace("\\|", "|"));
        while (commands.find()) {
            if (commands.group(2) != null || commands.group(1).equals("check")) {
                for (String command : commands.group(1).split("\\|")) {
                    List<String> line = new ArrayList<>(List.of(command));
                    for (String word : (commands.group(2) == null ? "" : commands.group(2).strip()).split(" ")) {
                        String plain = word.replaceAll("[\\[\\]]", "");
                        if (!plain.isEmpty()) {
                            line.add(words.getOrDefault(plain, plain));
                        }
                    }
                    CommandLineRun done = HUBLESS.contains(command) ? CommandLineRun.of(line.toArray(String[]::new)) : run(line.toArray(String[]::new));
                    assertThat(done.exitCode()).as("%s: %s%s", line, done.out(), done.err())
                            .isIn(command.equals("lint") ? ExitCode.FAILED : ExitCode.OK, JUDGE.contains(command) ? ExitCode.REFUSED : ExitCode.OK);
                    ran.add(command);
                    if (command.equals("rollback")) {
                        await().untilAsserted(() -> assertThat(scene.manifest("liftbridge").at("/quarantined/0/artefact/tag").asText()).isEqualTo("v1.1.0"));
                    }
                }
            }
        }

        assertThat(ran).contains("check", "plan", "why", "update", "approve", "reject", "rollback", "unquarantine", "lint", "audit", "keys", "work",
                "operations", "backup");
    }

    @Test
    void saysWhetherTheAuditFileWasTouched() throws Exception {
        assertThat(CommandLineRun.of("audit", scene.project().toString())).satisfies(sound -> {
            assertThat(sound.exitCode()).as(sound.err()).isZero();
            assertThat(sound.out()).containsPattern("\\d+ changes, and the manifest says");
        });
        Path copy = Files.createDirectories(folder.resolve("copy"));
        Files.copy(scene.project().resolve(".version-manifest.json"), copy.resolve(".version-manifest.json"));
        Files.writeString(copy.resolve(".version-audit.jsonl"),
                Files.readString(scene.project().resolve(".version-audit.jsonl")).replaceFirst("v1\\.0\\.0", "v6.6.6"));

        CommandLineRun touched = CommandLineRun.of("audit", "--json", copy.toString());

        assertThat(touched.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(JSON.readTree(touched.out()).at("/faults/0").asText()).contains("was changed: its hash is not that of its text");
        assertThat(CommandLineRun.of("audit", folder.resolve("data").toString()).exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void findsTheTrapsOfATaskfile() {
        CommandLineRun lint = CommandLineRun.of("lint", scene.project().toString());

        assertThat(lint.exitCode()).as(lint.err()).isEqualTo(1);
        assertThat(lint.out()).contains("status-of-existence");
    }
}
