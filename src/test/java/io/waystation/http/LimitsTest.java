package io.waystation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.Patience;

/** Senders that send too much, too slowly, too many at once, or no HTTP at all. */
class LimitsTest {
    private static final String HEAD = "POST /pool HTTP/1.1\r\nHost: h\r\n";

    private final CountDownLatch release = new CountDownLatch(1);
    private ServerFixture server;

    @BeforeEach
    void start(@TempDir Path data) throws Exception {
        server = ServerFixture.start(data, new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/pool").routeId("pool").process(exchange -> exchange.getMessage()
                        .setBody(Integer.toString(exchange.getMessage().getBody(byte[].class).length)));
                from("platform-http:/{name}").routeId("loop").setBody(constant("ok"));
                from("platform-http:/slow").routeId("slow").process(exchange -> release.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS))
                        .setBody(constant("late"));
            }
        }, "waystation.http.event-loop-routes", "loop", "waystation.http.max-body", "100KiB",
                "waystation.http.buffered-bodies", "200KiB", "waystation.http.max-headers", "4KiB",
                "waystation.http.max-request-line", "2KiB", "waystation.http.header-timeout", "1s",
                "waystation.http.body-timeout", "1s", "waystation.http.idle-timeout", "2s",
                "waystation.http.pool-size", "1", "waystation.http.pool-queue", "1");
    }

    @AfterEach
    void stop() {
        release.countDown();
        server.close();
    }

    private void isHealthy() throws Exception {
        assertThat(server.get("/fine").body()).isEqualTo("ok");
        await().untilAsserted(() -> assertThat(server.server().bufferedBytes()).isZero());
    }

    @Test
    void bodiesOverTheLimitAreRefusedBeforeAndWhileReading() throws Exception {
        assertThat(server.post("/pool", new byte[100 << 10]).body()).isEqualTo(Integer.toString(100 << 10));
        HttpResponse<String> announced = server.post("/pool", new byte[(100 << 10) + 1]);
        assertThat(announced.statusCode()).isEqualTo(413);
        assertThat(announced.body()).contains("body-too-large");
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send(HEAD + "Transfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 11; i++) {
                raw.send("2800\r\n" + "x".repeat(0x2800) + "\r\n");
            }
            assertThat(raw.readUntil("body-too-large")).startsWith("HTTP/1.1 413 ");
        }
        isHealthy();
    }

    @Test
    void longRequestLinesAndHeadersAreRefused() throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send("GET /" + "x".repeat(3000) + " HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(raw.readAll()).startsWith("HTTP/1.0 414 ").contains("uri-too-long"); // the version was not read
        }
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send("GET /fine HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(5000) + "\r\n\r\n");
            assertThat(raw.readAll()).startsWith("HTTP/1.1 431 ").contains("headers-too-large");
        }
        isHealthy();
    }

    @Test
    void slowHeadersAreCutOff() throws Exception {
        long start = System.nanoTime();
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send("GET /fine HTT");
            CompletableFuture<Void> dribble = CompletableFuture.runAsync(() -> dribble(raw));
            assertThat(read(raw)).isEmpty();
            dribble.join();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(900), Duration.ofSeconds(20));
        assertThat(server.bean(RefusedRequests.NAME, RefusedRequests.class).latest())
                .anyMatch(refused -> refused.code().equals("request-timeout"));
        isHealthy();
    }

    private static void dribble(ServerFixture.Raw raw) {
        await().pollInterval(Duration.ofMillis(100)).until(() -> {
            try {
                raw.send("x");
                return false;
            } catch (IOException cutOff) {
                return true;
            }
        });
    }

    private static String read(ServerFixture.Raw raw) throws IOException {
        try {
            return raw.readAll();
        } catch (SocketException reset) {
            return "";
        }
    }

    @Test
    void slowBodiesAreCutOff() throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send(HEAD + "Content-Length: 1000\r\n\r\nabc");
            assertThat(raw.readUntil("request-timeout")).startsWith("HTTP/1.1 408 ");
        }
        isHealthy();
    }

    @Test
    void idleConnectionsAreClosedAndBusyOnesAreNot() throws Exception {
        try (ServerFixture.Raw idle = server.raw(); ServerFixture.Raw used = server.raw(); ServerFixture.Raw busy = server.raw()) {
            busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
            used.send("GET /fine HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(used.readAll()).startsWith("HTTP/1.1 200 ").endsWith("ok");
            assertThat(idle.readAll()).isEmpty();
            release.countDown();
            assertThat(busy.readUntil("late")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aFullPoolAnswersAtOnceAndTheLoopGoesOn() throws Exception {
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            answers.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return server.get("/slow").statusCode();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        await().until(() -> answers.stream().filter(CompletableFuture::isDone).count() == 4);
        isHealthy();
        release.countDown();
        List<Integer> codes = answers.stream().map(CompletableFuture::join).sorted().toList();
        assertThat(codes).containsExactly(200, 200, 503, 503, 503, 503);
    }

    @Test
    void clientsThatLeaveInTheMiddleCostNothing() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (ServerFixture.Raw raw = server.raw()) {
                raw.send(HEAD + "Content-Length: 1000\r\n\r\nabc");
            }
        }
        isHealthy();
        await().untilAsserted(() -> assertThat(server.server().requestsInProgress()).isZero());
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/8.8", "HTTP/2.0", "HTTP/3.0", "HTTP/0.9", "ICY/1.1", "HTTP/10.1"})
    void aVersionThatNobodySpeaksIsAMalformedRequest(String version) throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send("GET /fine " + version + "\r\nHost: h\r\n\r\n");
            assertThat(raw.readAll()).startsWith("HTTP/1.1 400 ").contains("unsupported-http-version");
        }
        assertThat(server.bean(RefusedRequests.NAME, RefusedRequests.class).latest())
                .anyMatch(refused -> refused.code().equals("unsupported-http-version"));
        isHealthy();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"Transfer-Encoding: xchunked|unsupported-transfer-encoding",
        "Transfer-Encoding: gzip, chunked|unsupported-transfer-encoding", "transfer-encoding: identity|unsupported-transfer-encoding",
        "Transfer-Encoding: chunked~Transfer-Encoding: chunked|unsupported-transfer-encoding",
        "Transfer-Encoding:|unsupported-transfer-encoding", "HOST: other~Content-Length: 9|malformed-request",
        "Transfer-Encoding: chunked~Content-Length: 20|malformed-request", "Content-Length: 20~Transfer-Encoding: chunked|malformed-request",
        "Content-Length: 9~Content-Length: 8|malformed-request"})
    void aBodyOrHostThatOthersMayReadDifferentlyIsRefusedAndItsRestIsNoRequest(String headers, String code) throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send(HEAD + headers.replace("~", "\r\n") + "\r\n\r\n9\r\nGET /fine\r\n0\r\n\r\nGET /fine HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(read(raw)).startsWith("HTTP/1.1 400 ").contains(code).containsOnlyOnce("HTTP/1.1");
        }
        isHealthy();
    }

    @Test
    void onlyOldClientsMayLeaveTheHostOut() throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send("GET /fine HTTP/1.1\r\n\r\nGET /fine HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(read(raw)).startsWith("HTTP/1.1 400 ").contains("malformed-request").containsOnlyOnce("HTTP/1.1");
        }
        for (String request : List.of("GET /fine HTTP/1.0\r\n\r\n", "GET http://h/fine HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /fine HTTP/1.1\r\nHost:\r\n\r\n")) {
            try (ServerFixture.Raw raw = server.raw()) {
                assertThat(raw.send(request).readUntil("ok")).as(request).contains(" 200 ");
            }
        }
    }

    @Test
    void theCodingChunkedIsTakenHoweverItIsWritten() throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send(HEAD + "TRANSFER-ENCODING:  Chunked \r\n\r\n3\r\nabc\r\n0\r\n\r\n");
            assertThat(raw.readUntil("\r\n\r\n3")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aLaterMinorVersionIsTakenForTheOneTheServerSpeaks() throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send("GET /fine HTTP/1.7\r\nHost: h\r\n\r\n");
            assertThat(raw.readUntil("ok")).startsWith("HTTP/1.1 200 ");
            raw.send("GET /fine HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(raw.readUntil("ok")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void malformedRequestsAreAnsweredOrCutOffAndTheServerStaysHealthy() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < 1000; i++) {
            try (ServerFixture.Raw raw = server.raw()) {
                raw.send(malformed(random));
                raw.socket().shutdownOutput();
                String answer = read(raw);
                assertThat(answer).as("answer %d", i).doesNotContainPattern("(?m)^[A-Z]+/[0-9.]+ 5(?!03)");
                if (!answer.isEmpty() && !answer.startsWith("\0")) { // which is HTTP/2
                    assertThat(answer).as("answer %d", i).startsWith("HTTP/1.");
                }
            }
        }
        isHealthy();
        await().untilAsserted(() -> assertThat(server.server().requestsInProgress()).isZero());
    }

    private static String malformed(Random random) {
        String body = "x".repeat(random.nextInt(50));
        return switch (random.nextInt(13)) {
            case 0 -> noise(random, 200);
            case 1 -> "GET /fine HTTP/1.1\r\n" + noise(random, 60) + "\r\n\r\n";
            case 2 -> "POST /pool HTTP/1.1\r\nContent-Length: " + random.nextInt() + "\r\n\r\n" + body;
            case 3 -> "POST /pool HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + noise(random, 30) + "\r\n";
            case 4 -> "GET /%" + noise(random, 3) + "/.." + noise(random, 5) + " HTTP/1.1\r\nHost: h\r\n\r\n";
            case 5 -> noise(random, 8) + " / HTTP/1.1\r\nHost: h\r\n\r\n";
            case 6 -> "GET /fine " + version(random) + "\r\n\r\n" + body;
            case 7 -> "POST /pool HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef";
            case 8 -> "POST /pool HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nffffffffff\r\nabc";
            case 9 -> "GET http://" + noise(random, 9) + "/fine HTTP/1.1\r\nHost: " + noise(random, 9) + "\r\n\r\n";
            case 11 -> "POST /pool HTTP/1.1\r\nTransfer-Encoding: " + noise(random, 9) + "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
            case 10 -> "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + noise(random, 100);
            default -> "GET /fine HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                    + "HTTP2-Settings: " + noise(random, 12) + "\r\n\r\n" + noise(random, 40);
        };
    }

    private static String version(Random random) {
        String number = random.nextInt(9) + "." + random.nextInt(99);
        return switch (random.nextInt(8)) {
            case 0 -> "HTTP/" + random.nextInt();
            case 1 -> "http/" + number;
            case 2 -> "ICY/" + number;
            case 3 -> "HTTP/" + noise(random, 6);
            case 4 -> "HTTP/1." + random.nextInt();
            case 5 -> "HTTP/99999999999." + random.nextInt(9);
            default -> "HTTP/" + number;
        };
    }

    private static String noise(Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most) + 1; i > 0; i--) {
            text.append((char) random.nextInt(256));
        }
        return text.toString();
    }
}
