package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.waystation.HubFixture;
import io.waystation.HubHome;

/** {@code waystation work ...} against a real hub with a route that runs a queue. */
class WorkCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
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

    @BeforeAll
    static void start() throws Exception {
        hub = HubFixture.start(folder.resolve("data"), Optional.of(HubHome.in(folder).route("greet.camel.yaml", ROUTES).path()));
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static CommandLineRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", folder.resolve("data").toString()));
        return CommandLineRun.of(all.toArray(String[]::new));
    }

    private static JsonNode json(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        CommandLineRun run = run(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return JSON.readTree(run.out());
    }

    private static void add(String uri, String body) {
        try (var sender = hub.context().createProducerTemplate()) {
            sender.requestBody(uri, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String numberOf(String id) throws Exception {
        return json("work", "list", "--queue", "greetings", "--id", id).path("items").get(0).path("number").asText();
    }

    @Test
    void aDeadLetterIsListedShownReplayedAndDiscarded() throws Exception {
        add("work:greetings?id=bad&key=k", "fail");
        Awaitility.await().until(() -> json("work", "list", "--queue", "greetings", "--state", "dead").path("items").size() == 1);
        String number = numberOf("bad");

        JsonNode shown = json("work", "show", number);
        assertThat(shown.path("reason").asText()).isEqualTo("told to fail");
        assertThat(shown.path("route").asText()).isEqualTo("greet");
        assertThat(shown.path("bodyText").asText()).isEqualTo("fail");
        assertThat(run("work", "replay", number).out()).isEqualToIgnoringNewLines(number + " ready");
        Awaitility.await().until(() -> json("work", "show", number).path("state").asText().equals("dead"));
        assertThat(json("work", "queues").path("queues").get(0).path("dead").asInt()).isEqualTo(1);
        assertThat(run("work", "discard", number).exitCode()).isZero();
        CommandLineRun gone = run("work", "show", number);
        assertThat(gone.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(gone.err()).contains("no-such-work-item");
    }

    @Test
    void aWaitingItemIsCancelledWithNameAndReason() throws Exception {
        add("work:greetings?id=later&delay=1h", "hello");
        String number = numberOf("later");

        assertThat(run("work", "cancel", "--reason", "not today", number).out()).isEqualToIgnoringNewLines(number + " cancelled");

        assertThat(json("work", "show", number).path("reason").asText()).startsWith("cancelled by ").endsWith(": not today");
        CommandLineRun again = run("work", "cancel", number);
        assertThat(again.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(again.err()).contains("work-item-ended");
        assertThat(run("work", "list").out()).contains("NUMBER").contains("cancelled");
    }

    @Test
    void refusesWhatIsNoNumberAndNoState() {
        assertThat(run("work", "show", "seven").err()).contains("invalid-parameter");
        assertThat(run("work", "list", "--state", "odd").err()).contains("state must be waiting, ready");
    }
}
