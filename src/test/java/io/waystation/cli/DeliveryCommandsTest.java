package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.waystation.delivery.DeliveryScene;
import io.waystation.delivery.Receiver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code waystation endpoints ...} and {@code waystation deliveries ...} against a real hub and a real endpoint. */
class DeliveryCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path data;

    private CommandLineRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", data.toString()));
        return CommandLineRun.of(all.toArray(String[]::new));
    }

    private JsonNode json(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        CommandLineRun run = run(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return JSON.readTree(run.out());
    }

    @Test
    void anEndpointIsAddedPausedResumedRotatedAndRemovedAndItsDeadLettersAreReplayed() throws Exception {
        try (DeliveryScene scene = new DeliveryScene(data); Receiver receiver = new Receiver().replies(got -> Receiver.Reply.of(500))) {
            JsonNode added = json("endpoints", "add", receiver.url("/"), "--name", "one", "--type", "com.github.*", "--retry", "50ms");
            String id = added.path("id").asText();
            assertThat(added.path("secret").asText()).startsWith("whsec_");
            assertThat(run("endpoints", "list").out()).contains(id).contains("active");
            scene.post("push", "{}");
            Awaitility.await().until(() -> json("deliveries", "list", "--endpoint", id, "--state", "dead").path("deliveries").size() == 1);
            String delivery = json("deliveries", "list", "--endpoint", id).path("deliveries").get(0).path("id").asText();
            assertThat(json("deliveries", "show", delivery).path("attempts")).hasSize(2);

            assertThat(run("endpoints", "pause", id, "--reason", "moving").out()).isEqualToIgnoringNewLines(id + " paused");
            assertThat(json("endpoints", "show", id).path("reason").asText()).endsWith(": moving");
            assertThat(run("endpoints", "list", "--state", "paused").out()).contains(id);
            assertThat(run("endpoints", "list", "--state", "expired").out()).doesNotContain(id);
            assertThat(run("endpoints", "list", "--state", "lost").err()).contains("invalid-parameter");
            assertThat(run("deliveries", "replay", "--endpoint", id, "--dry-run").out()).isEqualToIgnoringNewLines("1 found, 0 replayed");
            assertThat(run("deliveries", "replay", delivery).out()).isEqualToIgnoringNewLines(delivery + " ready");
            receiver.replies(got -> Receiver.Reply.of(200));
            assertThat(run("endpoints", "resume", id).out()).isEqualToIgnoringNewLines(id + " active");

            Awaitility.await().until(() -> json("deliveries", "show", delivery).path("state").asText().equals("succeeded"));
            JsonNode listed = json("deliveries", "list", "--endpoint", id).path("deliveries").get(0);
            assertThat(run("deliveries", "replay", "--endpoint", id, "--from", listed.path("position").asText(), "--to",
                    listed.path("position").asText(), "--delivered", "--rate", "100").out()).contains("delivery_replay_completed").endsWith("1 found, 1 replayed\n");
            assertThat(json("endpoints", "edit", id, "--name", "two", "--rate", "5", "--group", "bern", "--when-down", "pull", "--clear", "retry")
                    .path("name").asText()).isEqualTo("two");
            assertThat(json("endpoints", "show", id).path("retry").isNull()).isTrue();
            assertThat(run("endpoints", "edit", id).exitCode()).isEqualTo(ExitCode.USAGE);
            Path secret = Files.writeString(data.resolve("header"), "kept-from-others\n");
            json("endpoints", "edit", id, "--header", "X-Key=file:" + secret, "--header", "X-Home=env:HOME", "--header", "X-Plain=a: b");
            assertThat(run("endpoints", "edit", id, "--header", "X-Key=file:" + data.resolve("none")).err()).contains("--header X-Key").contains("cannot be read");
            assertThat(json("endpoints", "test", id).path("status").asInt()).isEqualTo(200);
            Receiver.Received tested = receiver.received().get(receiver.received().size() - 1);
            assertThat(tested.header("x-key")).as("read from the file, not from the command line").isEqualTo("kept-from-others");
            assertThat(List.of(tested.header("x-home"), tested.header("x-plain"))).containsExactly(System.getenv("HOME"), "a: b");
            receiver.replies(got -> Receiver.Reply.of(503));
            assertThat(run("endpoints", "test", id).exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(json("endpoints", "add", "--pull", "--name", "behind NAT").path("pull").asBoolean()).isTrue();
            Path fields = Files.writeString(data.resolve("fields.json"), "{\"name\":\"file\",\"pull\":true,\"filter\":{\"ref\":\"main\"}}");
            JsonNode made = json("endpoints", "add", "--from", fields.toString(), "--name", "option");
            assertThat(made.path("filter").path("ref").asText()).isEqualTo("main");
            assertThat(made.path("name").asText()).isEqualTo("option");
            Files.writeString(fields, "[]");
            assertThat(run("endpoints", "add", "--from", fields.toString()).err()).contains("is no JSON object");
            assertThat(run("keys", "rotate").out()).contains(" was made; ").contains(" secrets were encrypted again");
            assertThat(run("endpoints", "rotate", id).out()).startsWith("whsec_");
            assertThat(run("deliveries", "replay").exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run("endpoints", "remove", id).exitCode()).isZero();
            assertThat(run("endpoints", "show", id).err()).contains("no-such-endpoint");
        }
    }
}
