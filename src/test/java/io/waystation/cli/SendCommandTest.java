package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

import io.waystation.relay.ScriptedServer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code waystation send} posts to. */
class SendCommandTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"/hook/", "/hook", "/", "/hook/?x=/"})
    void postsToExactlyTheAddressThatWasGiven(String path) throws Exception {
        Path payload = Files.writeString(folder.resolve("payload"), "{}");
        try (ScriptedServer server = new ScriptedServer((number, request, answer) -> answer.status("204 No Content"))) {
            CommandLineRun run = CommandLineRun.of("send", server.address(path).toString(), "--payload", payload.toString());

            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(server.requests()).singleElement().satisfies(request -> assertThat(request.target()).isEqualTo(path));
        }
    }
}
