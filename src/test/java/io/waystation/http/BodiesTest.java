package io.waystation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;

import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.Patience;

/** Request bodies: the memory they share, chunks, and senders that say no more after them. */
class BodiesTest {
    private static final int LARGEST = 1 << 20;
    private static final int BUDGET = 4 << 20;
    private static final String HEAD = "POST /sum HTTP/1.1\r\nHost: h\r\n";

    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger taken = new AtomicInteger();
    private ServerFixture server;

    @BeforeEach
    void start(@TempDir Path data) throws Exception {
        server = ServerFixture.start(data, new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/sum").routeId("sum").process(exchange -> {
                    taken.incrementAndGet();
                    exchange.getMessage().setBody(sum(exchange.getMessage().getBody(byte[].class)));
                });
                from("platform-http:/slow").routeId("slow").process(exchange -> {
                    taken.incrementAndGet();
                    release.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS);
                }).setBody(constant("late"));
            }
        }, "waystation.http.event-loop-routes", "sum", "waystation.http.max-body", "1MiB",
                "waystation.http.buffered-bodies", "4MiB");
    }

    @AfterEach
    void stop() {
        release.countDown();
        server.close();
    }

    private static String sum(byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return body.length + ":" + crc.getValue();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private void nothingIsHeld() {
        await().untilAsserted(() -> assertThat(server.server().bufferedBytes()).isZero());
        await().untilAsserted(() -> assertThat(server.server().requestsInProgress()).isZero());
    }

    @Test
    void bodiesThatAreOnlyAnnouncedKeepNobodyOut() throws Exception {
        List<ServerFixture.Raw> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 32; i++) {
                slow.add(server.raw().send(HEAD + "Content-Length: " + LARGEST + "\r\n\r\n" + "x".repeat(1100)));
            }
            await().untilAsserted(() -> assertThat(server.server().bufferedBytes()).isBetween(32 * 1100L, 32 * 4096L));
            for (int size : new int[] {7, 4000, LARGEST}) {
                assertThat(server.post("/sum", random(size)).body()).isEqualTo(sum(random(size)));
            }
        } finally {
            for (ServerFixture.Raw raw : slow) {
                raw.close();
            }
        }
        nothingIsHeld();
    }

    @Test
    void bodiesThatDoNotFitTogetherAreAskedToComeAgainButSmallOnesStillFit() throws Exception {
        List<ServerFixture.Raw> holders = new ArrayList<>();
        try {
            for (long held = LARGEST; held <= 3L * LARGEST; held += LARGEST) { // of 3.5 MiB that large ones may have
                holders.add(server.raw().send(HEAD + "Content-Length: " + LARGEST + "\r\n\r\n" + "x".repeat(LARGEST * 3 / 4)));
                long expected = held;
                await().until(() -> server.server().bufferedBytes() == expected);
            }
            try (ServerFixture.Raw refused = server.raw()) {
                refused.send(HEAD + "Content-Length: " + LARGEST + "\r\nExpect: 100-continue\r\n\r\n");
                assertThat(refused.readUntil("overloaded")).startsWith("HTTP/1.1 503 ").containsIgnoringCase("retry-after:");
            }
            assertThat(server.post("/sum", random(4000)).body()).isEqualTo(sum(random(4000)));
        } finally {
            for (ServerFixture.Raw raw : holders) {
                raw.close();
            }
        }
        nothingIsHeld();
    }

    @Test
    void manyLargeBodiesAtOnceAreTakenOrAskedToComeAgainAndNoneWaitsForAnother() throws Exception {
        byte[] body = random(LARGEST);
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            boolean chunked = i % 2 == 0;
            answers.add(CompletableFuture.supplyAsync(() -> post(body, chunked), task -> new Thread(task).start()));
        }
        await().until(() -> {
            assertThat(server.server().bufferedBytes()).isLessThanOrEqualTo(BUDGET);
            return answers.stream().allMatch(CompletableFuture::isDone);
        });
        assertThat(answers).extracting(CompletableFuture::join).contains(sum(body)).allMatch(answer ->
                answer.equals(sum(body)) || answer.contains("overloaded") || answer.isEmpty());
        nothingIsHeld();
    }

    /** The answer, or nothing when the server closed while the body was still being sent. */
    private String post(byte[] body, boolean chunked) {
        try {
            HttpResponse<String> answer = server.send(java.net.http.HttpRequest.newBuilder(server.uri("/sum")).POST(chunked
                    ? BodyPublishers.ofByteArrays(List.of(body))
                    : BodyPublishers.ofByteArray(body)));
            return answer.body();
        } catch (IOException cut) {
            return "";
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2047, 2048, 2049, 4000, 4097, 65_536, 65_537, 700_001, LARGEST})
    void everyByteArrivesHoweverItIsSent(int size) throws Exception {
        byte[] body = random(size);
        assertThat(post(body, false)).isEqualTo(sum(body));
        assertThat(post(body, true)).isEqualTo(sum(body));
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send(HEAD + "Content-Length: " + size + "\r\n\r\n");
            String text = new String(body, StandardCharsets.ISO_8859_1);
            for (int from = 0, step = 1; from < size; from += step, step = Math.min(step * 3, size - from)) {
                raw.send(text.substring(from, from + step));
            }
            assertThat(raw.readUntil(sum(body))).startsWith("HTTP/1.1 200 ").endsWith(sum(body));
        }
        nothingIsHeld();
    }

    @Test
    void aBudgetThatTheLargestBodyDoesNotFitIntoStopsTheStart(@TempDir Path other) {
        assertThatThrownBy(() -> ServerFixture.start(other, new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/sum").to("mock:nothing");
            }
        }, "waystation.http.max-body", "1MiB", "waystation.http.buffered-bodies", "1MiB"))
                .hasStackTraceContaining("waystation.http.buffered-bodies must be at least 2097152 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"zz\r\n", "-2\r\n", "3\r\nabc\r\nzz\r\n", "fffffffffffffffff\r\n", "3\r\nabcdef\r\n"})
    void malformedChunksAreRefusedAndWhatFollowsIsNoRequest(String chunks) throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send(HEAD + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "POST /sum HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
            assertThat(raw.readAll()).startsWith("HTTP/1.1 400 ").contains("application/problem+json")
                    .contains("malformed-request").containsOnlyOnce("HTTP/1.1");
        }
        assertThat(taken).hasValue(0);
        assertThat(server.bean(RefusedRequests.NAME, RefusedRequests.class).latest())
                .anyMatch(refused -> refused.code().equals("malformed-request") && refused.path().equals("/sum"));
        nothingIsHeld();
    }

    @Test
    void whoSaysNoMoreAfterItsRequestsGetsTheAnswers() throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send("POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" + HEAD + "Content-Length: 3\r\n\r\nabc");
            raw.socket().shutdownOutput();
            await().untilAsserted(() -> assertThat(taken).hasValue(1));
            release.countDown();
            assertThat(raw.readAll()).contains("late").endsWith(sum("abc".getBytes(StandardCharsets.US_ASCII)));
        }
        assertThat(taken).hasValue(2);
        nothingIsHeld();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "POST /sum HTT", HEAD + "Content-Length: 9\r\n\r\nabc", HEAD + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"})
    void whoSaysNoMoreBeforeItsRequestIsCompleteIsLetGo(String begun) throws Exception {
        try (ServerFixture.Raw raw = server.raw()) {
            raw.send(begun);
            raw.socket().shutdownOutput();
            assertThat(raw.readAll()).isEmpty();
        }
        assertThat(taken).hasValue(0);
        nothingIsHeld();
    }
}
