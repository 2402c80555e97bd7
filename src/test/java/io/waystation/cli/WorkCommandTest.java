package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;

import io.waystation.HubFixture;
import io.waystation.HubHome;

/** {@code waystation work ...} against a real hub with a route that runs a queue. */
class WorkCommandTest {
    private static final String ROUTES = """
            - route:
                id: greet
                description: Fails unless it is told to greet
                from:
                  uri: work:greetings
                  steps:
                    - choice:
                        when:
                          - expression:
                              simple:
                                expression: ${body} == 'fail'
                            steps:
                              - throwException:
                                  exceptionType: java.lang.IllegalStateException
                                  message: told to fail
            """;

    @TempDir
    private static Path folder;
    private static HubFixture hub;
    private static HubCommandLine commands;

    @BeforeAll
    static void start() throws Exception {
        hub = HubFixture.start(folder.resolve("data"), Optional.of(HubHome.in(folder).route("greet.camel.yaml", ROUTES).path()));
        commands = new HubCommandLine(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static void add(String uri, String body) {
        try (var sender = hub.context().createProducerTemplate()) {
            sender.requestBody(uri, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String numberOf(String id) throws Exception {
        return commands.json("work", "list", "--queue", "greetings", "--id", id).path("items").get(0).path("number").asText();
    }

    @Test
    void aDeadLetterIsListedShownReplayedAndDiscarded() throws Exception {
        add("work:greetings?id=bad&key=k", "fail");
        Awaitility.await().until(() -> commands.json("work", "list", "--queue", "greetings", "--state", "dead").path("items").size() == 1);
        String number = numberOf("bad");

        JsonNode shown = commands.json("work", "show", number);
        assertThat(shown.path("reason").asText()).isEqualTo("told to fail");
        assertThat(shown.path("route").asText()).isEqualTo("greet");
        assertThat(shown.path("bodyText").asText()).isEqualTo("fail");
        assertThat(commands.run("work", "replay", number).out()).isEqualToIgnoringNewLines(number + " ready");
        Awaitility.await().until(() -> commands.json("work", "show", number).path("state").asText().equals("dead"));
        assertThat(commands.json("work", "queues").path("queues").get(0).path("dead").asInt()).isEqualTo(1);
        assertThat(commands.run("work", "discard", number).exitCode()).isZero();
        CommandLineRun gone = commands.run("work", "show", number);
        assertThat(gone.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(gone.err()).contains("no-such-work-item");
    }

    @Test
    void aWaitingItemIsCancelledWithNameAndReason() throws Exception {
        add("work:greetings?id=later&delay=1h", "hello");
        String number = numberOf("later");

        assertThat(commands.run("work", "cancel", "--reason", "not today", number).out()).isEqualToIgnoringNewLines(number + " cancelled");

        assertThat(commands.json("work", "show", number).path("reason").asText()).startsWith("cancelled by ").endsWith(": not today");
        CommandLineRun again = commands.run("work", "cancel", number);
        assertThat(again.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(again.err()).contains("work-item-ended");
        assertThat(commands.run("work", "list").out()).contains("NUMBER").contains("cancelled");
    }

    @Test
    void refusesWhatIsNoNumberAndNoState() {
        assertThat(commands.run("work", "show", "seven").err()).contains("invalid-parameter");
        assertThat(commands.run("work", "list", "--state", "odd").err()).contains("state must be waiting, ready");
    }
}
