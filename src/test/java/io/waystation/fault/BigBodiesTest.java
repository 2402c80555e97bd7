package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubProcess;

/** Many large posts at once are accepted or told to come back; memory is never the answer. */
class BigBodiesTest {
    private static final int POSTS = 64;
    private static final int SIZE = 25 * 1024 * 1024;
    private static final int SLOW = 8;

    @TempDir
    Path folder;

    /** Senders that announce as much as they may and send as little as they may. */
    private static final class SlowSenders implements AutoCloseable {
        private final List<Socket> sockets = new ArrayList<>();
        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

        SlowSenders(HubProcess hub) throws IOException {
            for (int i = 0; i < SLOW; i++) {
                URI uri = hub.uri("/big-bodies-test");
                Socket socket = new Socket(uri.getHost(), uri.getPort());
                sockets.add(socket);
                send(socket, "POST " + uri.getPath() + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + SIZE + "\r\n\r\n");
            }
            clock.scheduleAtFixedRate(() -> sockets.forEach(socket -> {
                try {
                    send(socket, "x".repeat(1100));
                } catch (IOException refused) {
                    // as it may be among so many others
                }
            }), 0, 1, TimeUnit.SECONDS);
        }

        private static void send(Socket socket, String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() throws IOException {
            clock.shutdownNow();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void acceptsOrDefersSixtyFourPostsOf25MiBAtOnce() throws Exception {
        Path body = folder.resolve("body");
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        Files.write(body, bytes);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (HubProcess hub = new HubProcess(folder.resolve("data"), "waystation.channels.open-bytes-per-day", "100GiB", "waystation.channels.open-total-bytes-per-day", "100GiB").start();
                SlowSenders slow = new SlowSenders(hub)) {
            HttpRequest small = HttpRequest.newBuilder(hub.uri("/big-bodies-test"))
                    .POST(HttpRequest.BodyPublishers.ofString("still here")).build();
            assertThat(client.send(small, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(202);
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < POSTS; i++) {
                HttpRequest request = HttpRequest.newBuilder(hub.uri("/big-bodies-test"))
                        .timeout(Duration.ofSeconds(120))
                        .header("Content-Type", "application/octet-stream")
                        .POST(HttpRequest.BodyPublishers.ofFile(body))
                        .build();
                answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                        .handle((answer, cut) -> answer == null ? 0 : answer.statusCode()));
            }
            List<Integer> statuses = answers.stream().map(CompletableFuture::join).toList();
            System.out.printf("big bodies: %d accepted, %d deferred, %d connections closed after the answer%n",
                    statuses.stream().filter(status -> status == 202).count(),
                    statuses.stream().filter(status -> status == 503).count(),
                    statuses.stream().filter(status -> status == 0).count());
            // 0: the hub answered 503 and closed while the client was still sending, which this client reports as a cut
            assertThat(statuses).allMatch(status -> status == 202 || status == 503 || status == 0);
            assertThat(statuses).contains(202);
            assertThat(hub.isAlive()).isTrue();
            assertThat(Files.readString(hub.log())).doesNotContain("OutOfMemoryError");
            assertThat(client.send(small, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(202);
        }
    }
}
