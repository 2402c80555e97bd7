package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.relay.EventJson;
import picocli.CommandLine;

class CommandLineTest {
    @TestFactory
    Stream<DynamicTest> everyCommandExplainsItself() {
        List<List<String>> paths = new ArrayList<>();
        collect(WaystationCommand.commandLine(), List.of(), paths);
        return paths.stream().map(path -> DynamicTest.dynamicTest("waystation " + String.join(" ", path), () -> {
            List<String> arguments = new ArrayList<>(path);
            arguments.add("--help");

            CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));

            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).contains("Usage: waystation").containsPattern("-h, --help\\s+\\S");
        }));
    }

    private static void collect(CommandLine command, List<String> path, List<List<String>> paths) {
        paths.add(path);
        command.getSubcommands().forEach((name, subcommand) -> {
            List<String> deeper = new ArrayList<>(path);
            deeper.add(name);
            collect(subcommand, deeper, paths);
        });
    }

    @Test
    void readsPlainArgumentsOfServeAsPicocliDoes() {
        String[] arguments = {"--port", "0", "--host", "::1", "--data", "a b", "-D", "waystation.x=1=2", "--profile", "dev", "-D", "camel.y="};
        ServeCommand expected = new ServeCommand();
        new CommandLine(expected).parseArgs(arguments);

        ServeCommand plain = ServeCommand.plain(List.of(arguments), Map.of()).orElseThrow();

        assertThat(plain.given()).isEqualTo(expected.given()).hasSize(5);
        assertThat(plain.profile()).isEqualTo(expected.profile()).contains("dev");
        assertThat(ServeCommand.plain(List.of(), Map.of("WAYSTATION_PROFILE", "prod")).orElseThrow().profile()).contains("prod");
        assertThat(ServeCommand.plain(List.of(), Map.of("WAYSTATION_PROFILE", " ")).orElseThrow().profile()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "--port", "--prot 1", "--port=1", "-Da=b", "-D a", "--port 1 --port 2", "--port -1",
        "@file", "--data @file", "more"})
    void leavesEverythingElseToPicocli(String arguments) {
        assertThat(ServeCommand.plain(List.of(arguments.split(" ")), Map.of())).isEmpty();
    }

    @Test
    void namesTheVersionsThatRun() {
        CommandLineRun run = CommandLineRun.of("--version");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Waystation").contains("Apache Camel").contains("Java");
    }

    @Test
    void wrongUsageEndsWithTwo() {
        CommandLineRun run = CommandLineRun.of("events", "list", "--no-such-option");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--no-such-option");
    }

    @Test
    void anUnknownSettingIsRefusedWithTheNearestOne() {
        CommandLineRun run = CommandLineRun.of("config", "check", "-D", "waystation.prot=3333");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).singleElement().asString().contains("waystation.prot").contains("waystation.port");
    }

    @Test
    void listsEverySettingWithItsVariable() {
        CommandLineRun run = CommandLineRun.of("config", "list", "-D", "waystation.port=4444");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).containsPattern("waystation\\.port\\s+4444\\s+3333\\s+WAYSTATION_PORT");
    }

    @Test
    void saysWhenNoHubAnswers() {
        CommandLineRun run = CommandLineRun.of("groups", "list", "--url", "http://127.0.0.1:1", "--token", "t");

        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.err().lines()).singleElement().asString().contains("nobody answers at http://127.0.0.1:1/");
    }

    @Test
    void listsAndGivesBackDeadLettersOfAClient(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("dead-letters"));
        Event event = new Event("e1", "c", "/github/acme/site", "com.github.push", null, Instant.EPOCH, "c", Event.UNVERIFIED,
                null, null, "POST", "/c", null, Headers.EMPTY, new byte[] {'{', '}'});
        Files.writeString(folder.resolve("dead-letters").resolve("one.json"),
                "{\"step\":\"forward\",\"reason\":\"503\",\"failedAt\":\"2026-01-31T12:00:00Z\",\"event\":"
                        + new String(EventJson.write(event), StandardCharsets.UTF_8) + "}");

        CommandLineRun list = CommandLineRun.of("dead-letters", "list", "--client", folder.toString());
        CommandLineRun unknown = CommandLineRun.of("events", "replay", "nothing", "--client", folder.toString());
        CommandLineRun replay = CommandLineRun.of("events", "replay", "e1", "--client", folder.toString());

        assertThat(list.out()).contains("com.github.push").contains("503");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("'nothing'", "waystation dead-letters list --client " + folder);
        assertThat(replay.exitCode()).as(replay.err()).isZero();
        assertThat(replay.out()).isEqualToIgnoringNewLines("1 dead letter is sent again as soon as the client runs");
        assertThat(folder.resolve("replay").resolve("one.json")).exists();
    }

    @Test
    void saysWhyNoDeadLetterOfAClientIsSentAgain(@TempDir Path folder) {
        CommandLineRun none = CommandLineRun.of("events", "replay", "all", "--client", folder.toString());
        CommandLineRun nowhere = CommandLineRun.of("events", "replay", "all", "--client", folder.resolve("typo").toString());

        assertThat(none.exitCode()).as(none.err()).isZero();
        assertThat(none.out()).isEqualToIgnoringNewLines("there are no dead letters in " + folder);
        assertThat(nowhere.exitCode()).isEqualTo(1);
        assertThat(nowhere.err()).contains("there is no folder " + folder.resolve("typo"));
    }

    @Test
    void printsACompletionScript() {
        CommandLineRun run = CommandLineRun.of("completion");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("complete -F").contains("dead-letters");
    }
}
