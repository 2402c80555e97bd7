package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** {@code docs/cli.md} is what the commands say about themselves. */
class CliDocumentTest {
    private static final String INTRODUCTION = """
            # Commands

            What `waystation --help` and every `waystation COMMAND --help` print. A test keeps this page the same.

            Commands about a hub talk to its API. They find it by the data folder (`--data`, or `WAYSTATION_DATA`; default
            `data`), where the hub has written its address and its first token, or are told with `--url` and `--token`
            (`WAYSTATION_URL`, `WAYSTATION_TOKEN`). Whatever fails says so on one line of standard error.
            """;

    @Test
    void theDocumentIsWhatTheCommandsSay() throws Exception {
        StringBuilder document = new StringBuilder(INTRODUCTION);
        append(document, WaystationCommand.commandLine());
        Path current = Files.writeString(Path.of("target", "cli.md"), document);

        assertThat(Path.of("docs", "cli.md"))
                .as("docs/cli.md is out of date: copy target/cli.md over it")
                .hasSameTextualContentAs(current);
    }

    private static void append(StringBuilder document, CommandLine command) {
        document.append("\n## ").append(command.getCommandSpec().qualifiedName()).append("\n\n```\n")
                .append(command.getUsageMessage(Ansi.OFF).stripTrailing().replaceAll("[ \t]+\\R", "\n")).append("\n```\n");
        command.getSubcommands().values().forEach(subcommand -> append(document, subcommand));
    }
}
