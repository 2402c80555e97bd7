package io.waystation.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.waystation.cli.CommandLineRun;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client does when it, its target or the stream dies. */
class ClientRestartTest extends ClientScene {
    @Test
    void losesNothingAndKeepsTheOrderOfEachKeyWhileTargetStreamAndClientDie() throws Exception {
        RecordingTarget target = target(200);
        channel.breakAfter(17);
        int events = 200;
        for (int i = 0; i < events / 2; i++) {
            channel.publish(i, "key" + i % 5, "body " + i);
        }
        String[] settings = {"target", target.address("/").toString(), "parallel", "4"};
        Main first = start(settings);
        await().until(() -> target.received().size() > 30);
        target.stop();
        await().pollDelay(Duration.ofMillis(300)).until(() -> true);
        target.start();
        await().until(() -> target.received().size() > 60);
        first.stop();
        for (int i = events / 2; i < events; i++) {
            channel.publish(i, "key" + i % 5, "body " + i);
        }
        start(settings);

        await().until(() -> Set.copyOf(target.bodies()).size() == events);
        Map<String, String> keyOfBody = new ConcurrentHashMap<>();
        target.received().forEach(request -> assertThat(keyOfBody.merge(request.text(), request.header("Idempotency-key"),
                (one, other) -> one.equals(other) ? one : "changed")).isNotEqualTo("changed"));
        for (int key = 0; key < 5; key++) {
            int wanted = key;
            List<Integer> seen = target.bodies().stream().map(text -> Integer.parseInt(text.substring(5)))
                    .filter(number -> number % 5 == wanted).distinct().toList();
            assertThat(seen).isSorted().hasSize(events / 5);
        }
        assertThat(Files.exists(folder.resolve("data/dead-letters"))).isFalse();
    }

    @Test
    void goesOnFromANamedCursorWithoutAFile() throws Exception {
        RecordingTarget target = target(200);
        channel.publish(1, "a", "one");
        channel.publish(2, "a", "two");
        Main first = start("target", target.address("/").toString(), "cursor", "edge");
        await().until(() -> channel.cursor().offset() == 2);
        first.stop();
        Files.walk(folder.resolve("data")).filter(Files::isRegularFile).forEach(file -> file.toFile().delete());
        channel.publish(3, "a", "three");

        start("target", target.address("/").toString(), "cursor", "edge");

        await().until(() -> target.received().size() == 3);
        assertThat(target.bodies()).containsExactly("one", "two", "three");
        assertThat(folder.resolve("data/position")).doesNotExist();
    }

    @Test
    void leavesAStateFileToTheClientThatHasIt() throws Exception {
        RecordingTarget target = target(200);
        String position = folder.resolve("shared/position").toString();
        String[] settings = {"target", target.address("/").toString(), "state-file", position};
        Main first = start(settings);

        CommandLineRun second = CommandLineRun.of("client", channel.address().toString(), target.address("/").toString(),
                "--data", folder.resolve("second").toString(), "--state-file", position);

        assertThat(second.exitCode()).isEqualTo(3);
        assertThat(second.err().lines()).containsExactly(
                "waystation: the state file " + position + " is in use by another client; stop it or name another with --state-file");
        first.stop();
        channel.publish(1, "a", "one");
        start(settings);
        await().until(() -> target.bodies().equals(List.of("one")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"with+plus", "with%20percent", "with?question", "with{{braces}}", "with,comma and #"})
    void keepsEverythingInTheFoldersThatWereNamedWhateverTheirNames(String name) throws Exception {
        AtomicInteger status = new AtomicInteger(422);
        RecordingTarget target = target(request -> status.get());
        Path data = folder.resolve("data + 100% #1");
        Path odd = folder.resolve(name);
        Path home = Files.createDirectories(odd.resolve("home/client")).getParent();
        Files.copy(Path.of("src/main/resources/client/client.camel.yaml"), home.resolve("client/client.camel.yaml"));
        channel.publish(1, "a", "one");

        Main main = ClientApplication.create(ClientSettings.merge(Optional.empty(), Map.of(), Map.of("url", channel.address().toString(),
                "target", target.address("/").toString(), "data", data.toString(),
                "state-file", odd.resolve("state/position").toString(), "save-dir", odd.resolve("saved").toString())), Optional.of(home));
        open.add(0, main::stop);
        main.start();
        await().untilAsserted(() -> assertThat(odd.resolve("state/position")).hasContent("10-1"));
        DeadLetters letters = DeadLetters.of(data);
        assertThat(letters.count()).isEqualTo(1);
        status.set(200);
        letters.replayAll();

        await().until(() -> target.received().size() == 2);
        assertThat(names(odd.resolve("saved"), ".body")).hasSize(1);
        assertThat(names(folder, "")).containsExactlyInAnyOrder(name, data.getFileName().toString());
        assertThat(names(odd, "")).containsExactlyInAnyOrder("home", "state", "saved");
    }

    @Test
    void stopsSoonWhileATargetIsDownAndSendsTheEventAfterTheRestart() throws Exception {
        RecordingTarget target = target(200);
        target.stop();
        channel.publish(1, "a", "one");
        Main first = start("target", target.address("/").toString(), "retry-delay", "30s", "health-port", "0");
        URI health = URI.create("http://127.0.0.1:"
                + first.lookupByType(ClientHealth.class).values().iterator().next().port() + "/health");
        await().until(() -> get(health).body().contains("\"inFlight\":1"));

        Instant before = Instant.now();
        first.stop();
        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(25));
        target.start();
        start("target", target.address("/").toString());

        await().until(() -> target.bodies().equals(List.of("one")));
        assertThat(folder.resolve("data/dead-letters")).doesNotExist();
    }

    @Test
    void runsACommandThatLooksLikeAPlaceholderAndAgainWhenItWasStoppedInTheMiddle() throws Exception {
        Path ran = folder.resolve("ran");
        channel.publish(1, "a", "one");
        String[] settings = {"exec", "echo {{.Names}} >> " + ran + "; test -e " + folder.resolve("go") + " || exec sleep 60", "shell", "true"};
        Main first = start(settings);
        await().until(() -> Files.exists(ran));

        first.stop();
        Files.createFile(folder.resolve("go"));
        start(settings);

        await().until(() -> Files.readAllLines(ran).equals(List.of("{{.Names}}", "{{.Names}}")));
        assertThat(folder.resolve("data/dead-letters")).doesNotExist();
    }

    @Test
    void saysHonestlyHowItIs() throws Exception {
        RecordingTarget target = target(200);
        channel.publish(1, "a", "one");
        Main main = start("target", target.address("/").toString(), "health-port", "0");
        URI health = URI.create("http://127.0.0.1:"
                + main.lookupByType(ClientHealth.class).values().iterator().next().port() + "/health");

        await().until(() -> get(health).statusCode() == 200 && get(health).body().contains("\"id\":\"event-1\""));
        assertThat(get(health).body()).contains("\"status\":\"connected\"", "\"dialect\":\"waystation\"", "\"deadLetters\":0",
                "\"position\":\"10-1\"");
        channel.close();

        await().until(() -> get(health).statusCode() == 503);
        assertThat(get(health).body()).contains("\"status\":\"disconnected\"", "\"problem\":\"");
        assertThat(get(health.resolve("/livez")).statusCode()).isEqualTo(200);
    }
}
