package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.waystation.cli.client.ClientApplication;
import io.waystation.cli.client.ClientSettings;
import io.waystation.settings.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

class ClientCommandTest {
    @Test
    void turnsItsOptionsIntoSettings() {
        ClientCommand command = new ClientCommand();
        new CommandLine(command).parseArgs("https://hub.example.com/c?pubkey=a&x=1", "http://127.0.0.1:8080/hook?y=2",
                "--ignore-event", "ping,issues", "--ignore-event", "fork", "--header", "X-A: 1", "--header", "X-B: 2", "--parallel", "4",
                "--retries", "7", "--insecure", "--cursor", "edge", "--exec", "task build", "-D", "idle-timeout=20s");

        Map<String, String> settings = command.settings();

        assertThat(settings).containsEntry("url", "https://hub.example.com/c").containsEntry("query", "pubkey=a&x=1")
                .containsEntry("target", "http://127.0.0.1:8080/hook?y=2").containsEntry("ignore-event", "ping,issues,fork")
                .containsEntry("header", "X-A: 1\nX-B: 2").containsEntry("parallel", "4").containsEntry("retries", "7")
                .containsEntry("insecure", "true").containsEntry("cursor", "edge").containsEntry("exec", "task build")
                .containsEntry("idle-timeout", "20s").doesNotContainKeys("save-dir", "shell", "state-file");
        assertThat(ClientSettings.merge(Optional.empty(), Map.of(), settings)).containsEntry("waystation.client.retries", "7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://x/c http://t", "https://hub/c nonsense", "https://hub/c http://t --token-env NO_SUCH_VARIABLE_HERE", "", "https://hub/c http://t --unknown"})
    void refusesWhatMakesNoSense(String line) {
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new ClientCommand()).setErr(new PrintWriter(err));

        int exitCode = command.execute(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource({"'', waystation.client.target is not set", "http://127.0.0.1:1/ --cursor a --state-file b, waystation.client.cursor and state-file"})
    void refusesSettingsThatMakeNoSenseTogether(String arguments, String line, @TempDir Path data) {
        List<String> all = new ArrayList<>(List.of("client", "http://127.0.0.1:1/c", "--data", data.toString()));
        all.addAll(arguments.isEmpty() ? List.of() : List.of(arguments.split(" ")));

        CommandLineRun run = CommandLineRun.of(all.toArray(String[]::new));

        assertThat(run.err().lines()).singleElement().asString().startsWith("waystation: " + line);
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"with%20percent", "with?question", "with{{braces}}"})
    void refusesADataFolderThatWouldBeTakenForAnother(String name, @TempDir Path parent) throws Exception {
        CommandLineRun run = CommandLineRun.of("client", "http://127.0.0.1:1/c", "http://127.0.0.1:1/", "--data", parent.resolve(name).toString());

        assertThat(run.err().lines()).singleElement().asString().startsWith("waystation: waystation.client.data must be").contains(name, "--data");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(parent).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({"WAYSTATION_CLIENT_TARGET, http://127.0.0.1:1/", "WAYSTATION_CLIENT_EXEC, true", "WAYSTATION_CLIENT_SAVE_DIR, saved",
        "WAYSTATION_CLIENT_INVALIDATE, true"})
    void takesWhatIsToBeDoneWithEventsFromTheEnvironmentToo(String variable, String value, @TempDir Path data) {
        ClientCommand command = new ClientCommand();
        new CommandLine(command).parseArgs("http://127.0.0.1:1/c", "--data", data.toString());

        Properties settings = ClientSettings.merge(Optional.empty(), Map.of(variable, value), command.settings());

        assertThatCode(() -> ClientApplication.create(settings, Optional.empty())).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"--parallel, 0, waystation.client.parallel must be a whole number from 1 to 1000",
        "--dialect, foo, 'waystation.client.dialect must be auto, waystation, gosmee or smee, not ''foo'''",
        "--cursor, a b, waystation.client.cursor must be 1 to 128 letters", "--timeout, soon, waystation.client.timeout must be a duration"})
    void saysInOneLineWhichOptionHasAWrongValue(String option, String value, String line, @TempDir Path data) {
        CommandLineRun run = CommandLineRun.of("client", "http://127.0.0.1:1/c", "http://127.0.0.1:1/", "--data", data.toString(), option, value);

        assertThat(run.err().lines()).singleElement().asString().startsWith("waystation: " + line);
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:3400/", "http://127.0.0.1:3400", "http://127.0.0.1:3400/?x=1"})
    void asksForAChannel(String url) {
        CommandLineRun run = CommandLineRun.of("client", url, "http://127.0.0.1:1/");

        assertThat(run.err()).startsWith("URL must end with the name of a channel, such as http://127.0.0.1:3400/my-channel");
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @Test
    void saysInOneLineThatTheHealthPortIsTaken(@TempDir Path data) throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        log.start();
        root.addAppender(log);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            CommandLineRun run = CommandLineRun.of("client", "http://127.0.0.1:1/c", "http://127.0.0.1:1/", "--data", data.toString(),
                    "--health-port", Integer.toString(taken.getLocalPort()));

            assertThat(run.err().lines()).singleElement().asString()
                    .startsWith("waystation: cannot listen on port " + taken.getLocalPort() + " of 127.0.0.1").contains("--health-port");
            assertThat(run.exitCode()).isEqualTo(3);
            assertThat(log.list).as("warnings about the port").noneMatch(line -> line.getLevel().isGreaterOrEqual(Level.WARN)
                    && (line.getThrowableProxy() != null || line.getFormattedMessage().contains(Integer.toString(taken.getLocalPort()))));
        } finally {
            root.detachAppender(log);
        }
    }

    @Test
    void describesEveryOption() {
        CommandLine command = new CommandLine(new ClientCommand());

        assertThat(command.getCommandSpec().options()).allMatch(option -> option.description().length > 0);
        assertThat(command.getUsageMessage()).contains("--save-dir", "--invalidate", "--health-port", "Exit codes");
    }

    @Test
    void readsSettingsFromTheFileBesideTheProgramAndTheEnvironment(@TempDir Path home) throws Exception {
        Files.createDirectories(home.resolve("client"));
        Files.writeString(home.resolve("client/client.properties"), "waystation.client.retries=3\nwaystation.client.timeout=5s\n");

        Properties settings = ClientSettings.merge(
                Optional.of(home), Map.of("WAYSTATION_CLIENT_RETRIES", "4", "WAYSTATION_CLIENT_SAVE_DIR", "x"), Map.of("timeout", "6s"));

        assertThat(settings).containsEntry("waystation.client.retries", "4").containsEntry("waystation.client.timeout", "6s")
                .containsEntry("waystation.client.save-dir", "x");
        assertThatThrownBy(() -> ClientSettings.merge(Optional.empty(), Map.of(), Map.of("waystation.client.retires", "1")))
                .isInstanceOf(InvalidSettingException.class).hasMessageContaining("retires");
    }
}
