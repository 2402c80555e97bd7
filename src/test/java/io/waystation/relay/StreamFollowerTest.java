package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamFollowerTest {
    private static final String READY = "retry: 1\nid: 5-5\nevent: ready\ndata: {\"position\":\"5-5\"}\n\n";

    private final RecordingListener heard = new RecordingListener();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void goesOnBehindTheLastEventAfterACleanEndOfTheStream() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            answer.stream().raw(READY + own(number, number + "-" + number));
            if (number == 3) {
                answer.hold();
            }
        });

        follow(server, "/c");

        await().untilAsserted(() -> assertThat(heard.ids()).containsExactly("e1", "e2", "e3"));
        assertThat(server.requests()).extracting(request -> request.header("last-event-id"))
                .startsWith(null, "1-1", "2-2");
        assertThat(server.requests()).extracting(ScriptedServer.Request::target).containsOnly("/stream/c");
        assertThat(heard.reasons).contains("the server ended the stream");
    }

    @Test
    void resumesFromThePositionOfReadyWhenItWasCutBeforeAnyEvent() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            answer.stream().raw(READY);
            if (number == 2) {
                answer.hold();
            }
        });

        follow(server, "/c");

        await().until(() -> server.requests().size() == 2);
        assertThat(server.requests().get(1).header("last-event-id")).isEqualTo("5-5");
        assertThat(heard.positions).containsExactly("5-5");
    }

    @Test
    void doesNotDeliverAnEventThatWasCutInTheMiddleAndAsksForItAgain() throws Exception {
        String second = own(2, "2-2");
        ScriptedServer server = serve((number, request, answer) -> {
            answer.chunkedStream();
            if (number == 1) {
                answer.chunk("retry: 1\n\n" + own(1, "1-1")).chunk(second.substring(0, second.length() - 1));
                await().until(() -> heard.events.size() == 1);
                answer.reset();
            } else {
                answer.chunk(second);
                answer.hold();
            }
        });

        follow(server, "/c");

        await().untilAsserted(() -> assertThat(heard.ids()).containsExactly("e1", "e2"));
        assertThat(server.requests().get(1).header("last-event-id")).isEqualTo("1-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"502 Bad Gateway", "204 No Content", "500 Oops", "429 Too Many", "301 Nowhere", "418 Teapot"})
    void triesAgainWhateverTheServerAnswers(String status) throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            if (number <= 2) {
                answer.status(status);
            } else {
                answer.stream().raw(own(1, "1-1"));
                answer.hold();
            }
        });

        follow(server, "/stream/c");

        await().untilAsserted(() -> assertThat(heard.ids()).containsExactly("e1"));
        assertThat(heard.reasons).hasSize(2).allMatch(reason -> reason.contains(status.substring(0, 3)));
    }

    @Test
    void asksAgainForAnEventThatItHadNoMemoryFor() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            answer.stream().raw(own(1, "1-1") + own(2, "1-2"));
            answer.hold();
        });
        heard.failOnceWith(new OutOfMemoryError("Java heap space"));

        follow(server, "/stream/c");

        await().untilAsserted(() -> assertThat(heard.ids()).containsExactly("e1", "e2"));
        assertThat(heard.reasons).containsExactly("Java heap space");
    }

    @Test
    void connectsAgainWhenTheServerFallsSilent() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            answer.stream().raw("retry: 1\n" + own(number, number + "-1"));
            answer.hold();
        });

        follow(server, options(server.address("/stream/c"), Duration.ofMillis(300)));

        await().untilAsserted(() -> assertThat(heard.ids()).startsWith("e1", "e2"));
        assertThat(heard.reasons.get(0)).startsWith("nothing came for");
    }

    @Test
    void staysConnectedWhileThereAreHeartbeats() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            answer.stream();
            for (int i = 0; i < 10; i++) {
                await().pollDelay(Duration.ofMillis(200)).until(() -> true);
                answer.raw(": waiting\n");
            }
            answer.raw(own(1, "1-1"));
            answer.hold();
        });

        follow(server, options(server.address("/stream/c"), Duration.ofMillis(1500)));

        await().untilAsserted(() -> assertThat(heard.ids()).containsExactly("e1"));
        assertThat(heard.reasons).isEmpty();
    }

    @Test
    void takesABodyOf25MiBAndFramesInSingleBytes() throws Exception {
        byte[] body = new byte[25 << 20];
        new java.util.Random(1).nextBytes(body);
        String large = "data: {\"bodyB\":\"" + Base64.getEncoder().encodeToString(body) + "\"}\n\n";
        ScriptedServer server = serve((number, request, answer) -> {
            answer.stream();
            for (char c : gosmee("1-1", "small", "").toCharArray()) {
                answer.raw(String.valueOf(c));
            }
            answer.raw("id: 1-2\n").raw(large);
            answer.hold();
        });

        follow(server, "/events/c");

        await().until(() -> heard.events.size() == 2);
        assertThat(heard.event(0).body()).isEqualTo("small".getBytes(StandardCharsets.UTF_8));
        assertThat(heard.event(1).body()).isEqualTo(body);
    }

    @Test
    void passesOverAMessageThatIsTooLargeAndReportsIt() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            answer.stream().raw("id: 1-1\ndata: " + "x".repeat(3000) + "\n\n" + own(2, "1-2"));
            answer.hold();
        });
        FollowerOptions usual = options(server.address("/stream/c"), Duration.ofSeconds(30));

        follow(server, new FollowerOptions(usual.address(), Optional.empty(), null, Map.of(), null, false,
                usual.connectTimeout(), usual.idleTimeout(), usual.firstDelay(), usual.longestDelay(), 2000));

        await().untilAsserted(() -> assertThat(heard.ids()).containsExactly("e2"));
        assertThat(heard.unreadable).containsExactly("1-1 it is larger than this client takes");
    }

    @Test
    void sendsBackNoIdThatIsNotFitForAHeader() throws Exception {
        List<String> ids = List.of("\u2603", "a b", "x".repeat(300), "\u0001");
        ScriptedServer server = serve((number, request, answer) -> {
            answer.stream().raw("retry: 1\n" + own(number, number <= ids.size() ? ids.get(number - 1) : "9-9"));
            if (number > ids.size()) {
                answer.hold();
            }
        });

        follow(server, "/stream/c");

        await().until(() -> heard.events.size() == ids.size() + 1);
        assertThat(server.requests()).allMatch(request -> request.header("last-event-id") == null);
    }

    @Test
    void findsOutWhichKindOfServerItTalksTo() throws Exception {
        for (StreamDialect dialect : StreamDialect.values()) {
            RecordingListener listener = new RecordingListener();
            String path = Map.of(StreamDialect.WAYSTATION, "/base/stream/c", StreamDialect.GOSMEE, "/base/events/c",
                    StreamDialect.SMEE, "/base/c").get(dialect);
            ScriptedServer server = serve((number, request, answer) -> {
                if (request.target().equals(path)) {
                    answer.stream().raw("id: 7-7\n" + gosmeeOrSmee(dialect));
                    answer.hold();
                } else {
                    answer.status("404 Not Found");
                }
            });

            follow(options(server.address("/base/c"), Duration.ofSeconds(30)), "", listener);

            await().untilAsserted(() -> assertThat(listener.dialects).containsExactly(dialect));
        }
    }

    private static String gosmeeOrSmee(StreamDialect dialect) {
        return dialect == StreamDialect.WAYSTATION ? own(1, "1-1") : "data: {\"bodyB\":\"e30=\",\"body\":{}}\n\n";
    }

    @Test
    void keepsItsDialectWhileAProxyAnswersForTheHub() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            if (number == 1 || number == 4) {
                answer.stream().raw(own(number, "1-" + number));
            } else {
                answer.status("404 Not Found");
            }
        });

        follow(server, "/c");

        await().untilAsserted(() -> assertThat(heard.ids()).containsExactly("e1", "e4"));
        assertThat(server.requests()).extracting(ScriptedServer.Request::target).containsOnly("/stream/c");
    }

    @Test
    void reportsARefusedTokenAndKeepsTrying() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            if (number < 3) {
                answer.status("401 Unauthorized");
            } else {
                answer.stream().raw(own(1, "1-1"));
                answer.hold();
            }
        });

        follow(server, "/c");

        await().untilAsserted(() -> assertThat(heard.ids()).containsExactly("e1"));
        assertThat(heard.needsAPerson).isTrue();
        assertThat(heard.reasons.get(0)).contains("/stream/c wants a valid token (401)");
    }

    @Test
    void followsARedirectButTakesTheTokenToNoOtherServer() throws Exception {
        ScriptedServer other = serve((number, request, answer) -> {
            answer.stream().raw(own(1, "1-1"));
            answer.hold();
        });
        ScriptedServer server = serve((number, request, answer) ->
                answer.status("307 Elsewhere", "Location: " + other.address("/elsewhere")));
        FollowerOptions usual = options(server.address("/stream/c"), Duration.ofSeconds(30));

        follow(server, new FollowerOptions(usual.address(), Optional.empty(), "secret", Map.of("X-Key", "also secret"), null,
                false, usual.connectTimeout(), usual.idleTimeout(), usual.firstDelay(), usual.longestDelay(), 1 << 20));

        await().untilAsserted(() -> assertThat(heard.ids()).containsExactly("e1"));
        assertThat(server.requests().get(0).header("authorization")).isEqualTo("Bearer secret");
        assertThat(server.requests().get(0).header("x-key")).isEqualTo("also secret");
        assertThat(other.requests().get(0).headers()).doesNotContainKeys("authorization", "x-key");
    }

    @Test
    void waitsAtLeastAsLongAsTheServerAsks() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            switch (number) {
                case 1 -> answer.stream().raw("retry: 250\n\n");
                case 2 -> answer.status("503 Busy", "Retry-After: 1");
                default -> answer.hold();
            }
        });

        follow(server, "/stream/c");

        await().until(() -> heard.delays.size() == 2);
        assertThat(heard.delays.get(0)).isBetween(Duration.ofMillis(250), Duration.ofMillis(300));
        assertThat(heard.delays.get(1)).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1100));
    }

    @Test
    void saysThatNobodyAnswersAtTheAddress() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> answer.hold());
        server.close();

        follow(server, "/c");

        await().until(() -> !heard.reasons.isEmpty());
        assertThat(heard.reasons.get(0)).isEqualTo("cannot connect to " + server.address("/c").getAuthority());
    }

    @Test
    void stopsAtOnceWhileItReadsAndWhileItWaits() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            answer.stream().raw(own(1, "1-1"));
            answer.hold();
        });
        FollowerOptions options = options(server.address("/stream/c"), Duration.ofMinutes(5));
        StreamFollower follower = new StreamFollower(new StreamHttp(options, Map.of()), options, "", heard, Clock.systemUTC());
        Thread thread = new Thread(follower);
        thread.start();
        await().until(() -> heard.events.size() == 1);

        follower.stop();

        thread.join(5000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void backsOffWithoutOverflowAndStartsAgainWhenReset() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), () -> 1.0);

        List<Long> seconds = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            seconds.add(backoff.next(Duration.ZERO).toSeconds());
        }

        assertThat(seconds.subList(0, 8)).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
        assertThat(seconds.subList(8, 200)).containsOnly(60L);
        backoff.reset();
        assertThat(backoff.next(Duration.ofSeconds(3))).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void doesNotStartTheBackoffAgainBecauseAConnectionOpened() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> answer.stream().raw(READY.replace("retry: 1", "retry: 0")));
        FollowerOptions options = new FollowerOptions(server.address("/stream/c"), Optional.empty(), null, Map.of(), null, false,
                Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofMillis(1), Duration.ofSeconds(60), 1 << 20);

        follow(options, "", heard);

        await().until(() -> heard.delays.stream().anyMatch(delay -> delay.toMillis() > 20));
    }

    private ScriptedServer serve(ScriptedServer.Script script) throws IOException {
        ScriptedServer server = new ScriptedServer(script);
        open.add(server);
        return server;
    }

    private static FollowerOptions options(URI address, Duration idle) {
        return new FollowerOptions(address, Optional.empty(), null, Map.of(), null, false, Duration.ofSeconds(5), idle,
                Duration.ofMillis(10), Duration.ofMillis(50), EventStreamParser.DEFAULT_MAX_BYTES);
    }

    private void follow(ScriptedServer server, String path) {
        follow(options(server.address(path), Duration.ofSeconds(30)), "", heard);
    }

    private void follow(ScriptedServer server, FollowerOptions options) {
        follow(options, "", heard);
    }

    private void follow(FollowerOptions options, String lastEventId, RecordingListener listener) {
        StreamFollower follower = new StreamFollower(
                new StreamHttp(options, Map.of()), options, lastEventId, listener, Clock.systemUTC());
        Thread thread = new Thread(follower, "follower-under-test");
        thread.setDaemon(true);
        thread.start();
        open.add(0, follower::stop);
    }

    /** An event of our own stream with the id {@code e<number>}. */
    private static String own(int number, String streamId) {
        return "id: " + streamId + "\ndata: {\"specversion\":\"1.0\",\"id\":\"e" + number
                + "\",\"source\":\"/x\",\"type\":\"t\",\"headers\":[],\"data_base64\":\"e30=\"}\n\n";
    }

    private static String gosmee(String streamId, String body, String more) {
        return "id: " + streamId + "\ndata: {" + more + "\"bodyB\":\""
                + Base64.getEncoder().encodeToString(body.getBytes(StandardCharsets.UTF_8)) + "\"}\n\n";
    }
}
