package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubProcess;

/** Many large posts at once are accepted or told to come back; memory is never the answer. */
class BigBodiesTest {
    private static final int POSTS = 64;
    private static final int SIZE = 25 * 1024 * 1024;

    @TempDir
    Path folder;

    @Test
    void acceptsOrDefersSixtyFourPostsOf25MiBAtOnce() throws Exception {
        Path body = folder.resolve("body");
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        Files.write(body, bytes);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try (HubProcess hub = new HubProcess(folder.resolve("data"), "waystation.channels.open-bytes-per-day", "100GiB", "waystation.channels.open-total-bytes-per-day", "100GiB").start()) {
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
            HttpRequest small = HttpRequest.newBuilder(hub.uri("/big-bodies-test"))
                    .POST(HttpRequest.BodyPublishers.ofString("still here")).build();
            assertThat(client.send(small, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(202);
        }
    }
}
