package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.update.fleet.FleetScene;

/** {@code waystation fleet} as {@code docs/fleet.md} shows it, against a hub that rolls a release out. */
class FleetCommandsTest {
    private static final Pattern COMMAND = Pattern.compile("(?m)^\\$ waystation (.*)$");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    @TempDir
    private Path folder;
    private HubFixture hub;

    @BeforeEach
    void start() throws Exception {
        FleetScene scene = new FleetScene(folder, Map.of("rings", "10, 100"));
        hub = HubFixture.start(folder.resolve("data"), Optional.of(scene.home()), scene.settings());
        FleetScene.publish(hub, "1.1.0");
        FleetScene.say(hub, folder.resolve("data"), 10, "1.0.0");
    }

    @AfterEach
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    private String run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data", folder.resolve("data").toString()));
        CommandLineRun run = CommandLineRun.of(all.toArray(String[]::new));
        assertThat(run.exitCode()).as("%s: %s", all, run.err()).isZero();
        return run.out();
    }

    @Test
    void everyCommandOfThePageRuns() throws Exception {
        Matcher commands = COMMAND.matcher(Files.readString(Path.of("docs/fleet.md")));
        List<String> ran = new ArrayList<>();
        while (commands.find()) {
            List<String> words = new ArrayList<>();
            Matcher word = WORD.matcher(commands.group(1));
            while (word.find()) {
                words.add(word.group(1) == null ? word.group(2) : word.group(1));
            }
            run(words.toArray(String[]::new));
            ran.add(words.get(0) + " " + words.get(1));
        }
        assertThat(ran).contains("tokens create", "fleet list", "fleet show", "fleet halt", "fleet resume", "fleet forget");
    }

    @Test
    void tellsHowFarTheReleaseHasComeAndStopsIt() {
        assertThat(run("fleet", "list").lines().toList()).hasSize(2).last().asString().matches("nats +1\\.1\\.0 +10 +false .*");
        assertThat(run("fleet", "halt", "nats", "--reason", "the disks fill up")).contains("nats 1.1.0 is halted at 10 %");
        assertThat(run("fleet", "show", "nats", "--json")).contains("halted by first: the disks fill up", "\"edge-7\"");
        assertThat(run("fleet", "resume", "nats")).contains("nats 1.1.0 goes on at 10 %");
        assertThat(run("fleet", "show", "nats", "--state", "failed", "--json")).contains("\"found\" : 0");
        run("fleet", "forget", "edge-7");
        assertThat(run("fleet", "show", "nats", "--json")).doesNotContain("edge-7");
    }
}
