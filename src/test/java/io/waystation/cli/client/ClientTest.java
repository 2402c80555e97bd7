package io.waystation.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.waystation.event.Event;
import io.waystation.event.Headers;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client as it ships, routes and all, against a stand-in for the hub. */
class ClientTest {
    @TempDir
    private Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private ChannelStandIn channel;

    @BeforeEach
    void openChannel() throws Exception {
        channel = new ChannelStandIn();
        open.add(channel);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void sendsMethodQueryEveryHeaderValueAndTheExactBody() throws Exception {
        RecordingTarget target = target(200);
        byte[] body = {0, 13, 10, (byte) 0xff, '{'};
        channel.publish(new Event("0192-id", "c", "/s", "com.github.push", null, Instant.now(), "k", "none", null, null, "PUT",
                "/c", "a=1&b=%20x y", Headers.of("x-multi", "one", "x-multi", "two", "content-type", "application/x-odd",
                "host", "evil.example", "transfer-encoding", "chunked", "connection", "close", "content-length", "99",
                "user-agent", "GitHub-Hookshot/1", "camelhttpuri", "http://evil.example", "idempotency-key", "forged",
                "bad name", "x", "x-bad-value", "a\r\nInjected: yes"), body));

        start("target", target.address("/hook?own=1").toString(), "header", "X-Extra: here");

        await().until(() -> target.received().size() == 1);
        RecordingTarget.Received request = target.received().get(0);
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.uri().toString()).isEqualTo("/hook?own=1&a=1&b=%20x%20y");
        assertThat(request.body()).isEqualTo(body);
        assertThat(request.headers().get("X-multi")).containsExactlyInAnyOrder("one", "two");
        assertThat(request.header("Content-type")).isEqualTo("application/x-odd");
        assertThat(request.header("User-agent")).isEqualTo("GitHub-Hookshot/1");
        assertThat(request.header("Idempotency-key")).isEqualTo("0192-id");
        assertThat(request.header("X-extra")).isEqualTo("here");
        assertThat(request.header("Host")).startsWith("127.0.0.1");
        assertThat(request.headers()).doesNotContainKeys("Camelhttpuri", "Injected", "X-bad-value", "Transfer-encoding");
    }

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
    void keepsWhatATargetRefusesAsADeadLetterAndSendsItAgainWhenAsked() throws Exception {
        Set<String> refused = ConcurrentHashMap.newKeySet();
        refused.add("one");
        RecordingTarget target = target(request -> refused.contains(request.text()) ? 422 : 200);
        channel.publish(1, "a", "one");
        channel.publish(2, "a", "two");

        start("target", target.address("/").toString());

        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        await().until(() -> target.bodies().equals(List.of("one", "two")));
        await().until(() -> letters.count() == 1);
        DeadLetters.DeadLetter letter = all(letters).get(0);
        assertThat(letter.step()).isEqualTo("forward");
        assertThat(letter.reason()).isEqualTo("the target answered 422");
        refused.clear();
        assertThat(letters.replay("event-1")).isEqualTo(1);

        await().until(() -> target.received().size() == 3);
        assertThat(target.bodies()).containsExactly("one", "two", "one");
        assertThat(target.received().get(2).header("Idempotency-key")).isEqualTo("event-1");
        await().untilAsserted(() -> assertThat(folder.resolve("data/replay")).isEmptyDirectory());
        assertThat(letters.count()).isZero();
    }

    @Test
    void triesATargetThatIsDownAsOftenAsAskedAndThenGoesOn() throws Exception {
        RecordingTarget target = target(request -> request.text().equals("one") ? 503 : 200);
        channel.publish(1, "a", "one");
        channel.publish(2, "a", "two");

        start("target", target.address("/").toString(), "retries", "3");

        await().until(() -> target.bodies().equals(List.of("one", "one", "one", "one", "two")));
        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        await().until(() -> letters.count() == 1);
        assertThat(Files.readString(folder.resolve("data/dead-letters").resolve(all(letters).get(0).id() + ".json")))
                .contains("\"attempts\":4");
    }

    @Test
    void givesUpAnAttemptAtTheTimeLimit() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        open.add(() -> over.set(true));
        RecordingTarget target = target(request -> {
            if (request.text().equals("slow")) {
                await().untilTrue(over);
            }
            return 200;
        });
        channel.publish(1, "a", "slow");
        channel.publish(2, "a", "fast");

        start("target", target.address("/").toString(), "timeout", "2s", "retries", "0");

        await().until(() -> target.bodies().contains("fast"));
        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        assertThat(all(letters)).singleElement().satisfies(letter -> assertThat(letter.reason()).contains("within 2000 ms"));
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
    void passesOverEventsNobodyWants() throws Exception {
        RecordingTarget target = target(200);
        channel.publish(ChannelStandIn.event("1", "k", "com.github.push", bytes("push"), "x-github-event", "push"));
        channel.publish(ChannelStandIn.event("2", "k", "com.github.release.published", bytes("release"), "x-github-event", "release"));
        channel.publish(ChannelStandIn.event("3", "k", "com.github.issues.opened", bytes("issues"), "x-github-event", "issues"));
        channel.publish(ChannelStandIn.event("4", "k", "com.gitlab.push", bytes("gitlab"), "x-gitlab-event", "Push Hook"));

        start("target", target.address("/").toString(), "only-event", "PUSH,com.github.*,push_hook", "ignore-event", "issues");

        await().until(() -> target.received().size() == 3);
        assertThat(target.bodies()).containsExactly("push", "release", "gitlab");
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

    @Test
    void savesAnEventAsFilesThatSendItAgain() throws Exception {
        RecordingTarget target = target(200);
        byte[] body = bytes("line\nwith 'quotes' & $(touch " + folder.resolve("pwned") + ")\r\n");
        Event event = new Event("id-1", "c", "/s", "com.github.push", null, Instant.parse("2026-11-22T04:05:06.789Z"), "k", "none",
                null, null, "POST", "/c", "q='$(id)'&x=1", Headers.of("content-type", "application/json", "x-evil",
                "'; touch " + folder.resolve("pwned") + " #", "x-empty", "", "x-multi", "a", "x-multi", "b"), body);
        channel.publish(event);
        Path saved = folder.resolve("saved");

        start("save-dir", saved.toString(), "target", "");

        String name = "20261122T040506.789-com.github.push-id-1";
        await().until(() -> Files.exists(saved.resolve(name + ".sh")));
        assertThat(Files.readAllBytes(saved.resolve(name + ".body"))).isEqualTo(body);
        Process curl = new ProcessBuilder(saved.resolve(name + ".sh").toString(), target.address("/again").toString())
                .redirectErrorStream(true).start();
        String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor()).as(output).isZero();
        RecordingTarget.Received again = target.received().get(0);
        assertThat(again.body()).isEqualTo(body);
        assertThat(again.header("X-evil")).startsWith("'; touch");
        assertThat(again.header("X-empty")).isEmpty();
        assertThat(again.headers().get("X-multi")).containsExactly("a", "b");
        assertThat(again.headers()).doesNotContainKeys("Accept", "User-agent");
        assertThat(again.header("Content-type")).isEqualTo("application/json");
        assertThat(again.uri().getQuery()).isEqualTo("q='$(id)'&x=1");
        assertThat(folder.resolve("pwned")).doesNotExist();
    }

    @Test
    void letsNoEventChooseAFileOutsideTheFolderOrAnothersName() throws Exception {
        Path saved = folder.resolve("saved/deep");
        String[] ids = {"../../../escape", "a/b", "a_b", "a\\b", ".hidden", "-rf", "x".repeat(500), "nul\0", "\u2603", "%2e%2e%2f", ""};
        for (int i = 0; i < ids.length; i++) {
            channel.publish(ChannelStandIn.event(ids[i].isEmpty() ? "../" : ids[i], "k", "../type/../" + ids[i], bytes("" + i)));
        }

        start("save-dir", saved.toString(), "target", "");

        await().until(() -> Files.isDirectory(saved) && names(saved, ".sh").size() == ids.length);
        assertThat(names(saved, "")).allMatch(name -> name.matches("[A-Za-z0-9][A-Za-z0-9._-]{1,250}") && !name.contains(".."));
        assertThat(names(saved, ".body")).hasSize(ids.length);
        assertThat(names(folder.resolve("saved"), "")).containsExactly("deep");
        assertThat(names(folder, "")).containsExactlyInAnyOrder("saved", "data");
    }

    @Test
    void keepsLettersForStepsItDoesNotTakeAndFilesThatAreNone() throws Exception {
        RecordingTarget target = target(422);
        channel.publish(1, "a", "one");
        Main first = start("target", target.address("/").toString());
        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        await().until(() -> letters.count() == 1);
        first.stop();
        assertThat(letters.replayAll()).isEqualTo(1);
        Files.writeString(folder.resolve("data/replay/odd.json"), "{\"step\":\"forward\",");

        start("target", "", "save-dir", folder.resolve("saved").toString());

        await().untilAsserted(() -> assertThat(folder.resolve("data/replay")).isEmptyDirectory());
        assertThat(all(letters)).singleElement().satisfies(letter -> assertThat(letter.step()).isEqualTo("forward"));
        assertThat(folder.resolve("data/unreadable/odd.json")).hasContent("{\"step\":\"forward\",");
    }

    @Test
    void listsAndReplaysLettersBesideADamagedOne() throws Exception {
        RecordingTarget target = target(422);
        channel.publish(1, "a", "one");
        channel.publish(2, "a", "two");
        Main first = start("target", target.address("/").toString());
        DeadLetters letters = DeadLetters.of(folder.resolve("data"));
        await().until(() -> letters.count() == 2);
        first.stop();
        Files.writeString(folder.resolve("data/dead-letters/0-damaged.json"), "{}");

        assertThat(all(letters)).extracting(letter -> letter.event().id()).containsExactly("event-1", "event-2");
        assertThat(letters.replay("event-2")).isEqualTo(1);
        assertThat(all(letters)).extracting(letter -> letter.event().id()).containsExactly("event-1");
        assertThat(Files.getPosixFilePermissions(folder.resolve("data"))).as("whole requests are in there")
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
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
    void sendsAnEventWithAnIdThatNoHeaderCanHold() throws Exception {
        RecordingTarget target = target(200);
        channel.publish(ChannelStandIn.event("id \u2603\n1", "k", "com.github.push", bytes("odd")));

        start("target", target.address("/").toString());

        await().until(() -> target.received().size() == 1);
        assertThat(target.received().get(0).header("Idempotency-key")).isEqualTo("id___1");
    }

    @Test
    void refusesAtTheStartAHeaderThatCannotBeSent() {
        assertThatThrownBy(() -> start("target", "http://127.0.0.1:1/", "header", "Host: elsewhere"))
                .hasStackTraceContaining("waystation.client.header cannot be sent");
    }

    private static List<DeadLetters.DeadLetter> all(DeadLetters letters) throws Exception {
        List<DeadLetters.DeadLetter> all = new ArrayList<>();
        letters.each(all::add);
        return all;
    }

    private static List<String> names(Path folder, String ending) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(ending)).toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static HttpResponse<String> get(URI address) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    }

    private RecordingTarget target(int status) throws Exception {
        return target(request -> status);
    }

    private RecordingTarget target(java.util.function.ToIntFunction<RecordingTarget.Received> answers) throws Exception {
        RecordingTarget target = new RecordingTarget(answers);
        open.add(target);
        return target;
    }

    private Main start(String... settings) throws Exception {
        Map<String, String> given = new HashMap<>(Map.of("url", channel.address().toString(), "data",
                folder.resolve("data").toString(), "retry-delay", "50ms", "retry-longest-delay", "200ms"));
        for (int i = 0; i < settings.length; i += 2) {
            given.put(settings[i], settings[i + 1]);
        }
        Main main = ClientApplication.create(ClientSettings.merge(Optional.empty(), Map.of(), given), Optional.empty());
        open.add(0, main::stop);
        main.start();
        return main;
    }
}
