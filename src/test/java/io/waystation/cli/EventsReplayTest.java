package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

import io.waystation.relay.ScriptedServer;
import org.junit.jupiter.api.Test;

/** What a person hears of a replay that ended early. */
class EventsReplayTest {
    @Test
    void namesTheEventsThatWereNotReplayedAndFails() throws Exception {
        String answer = "{\"dryRun\":false,\"more\":false,\"events\":[{\"id\":\"e1\",\"replayed\":\"10-4\"}],\"stopped\":{\"code\":\"log-unavailable\","
                + "\"detail\":\"The disk of the log is full.\",\"notReplayed\":[\"e2\",\"e3\"]}}";
        try (ScriptedServer hub = new ScriptedServer((number, request, reply) -> reply.raw("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + answer.getBytes(StandardCharsets.UTF_8).length + "\r\nConnection: close\r\n\r\n" + answer))) {
            CommandLineRun run = CommandLineRun.of("events", "replay", "--channel", "c", "--url", hub.address("").toString(), "--token", "t");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.out().lines()).containsExactly("replayed 1 event", "not replayed: e2", "not replayed: e3");
            assertThat(run.err()).contains("The disk of the log is full. (log-unavailable)");
        }
    }
}
