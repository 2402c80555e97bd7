package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubProcess;
import io.waystation.Patience;
import io.waystation.SmallDisk;

/** A full disk refuses posts, loses nothing acknowledged, and is over as soon as there is room. */
class FullDiskTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path folder;
    private SmallDisk small;
    private Path disk;

    @BeforeEach
    void mountsASmallDisk() throws Exception {
        small = SmallDisk.in(folder, "24m");
        disk = small.root();
    }

    @AfterEach
    void unmounts() throws Exception {
        if (small != null) {
            small.close();
        }
    }

    @Test
    void refusesPostsWhileTheDiskIsFullAndAcceptsAgainWhenThereIsRoom() throws Exception {
        Set<String> acknowledged = new HashSet<>();
        try (HubProcess hub = new HubProcess(disk.resolve("data"), "waystation.channels.open-events-per-second", "100000")
                .startWhole()) { // a disk that is full before that ends the start
            acknowledged.add(post(hub, "before").orElseThrow());
            Path ballast = small.fill("ballast");
            Awaitility.await("a post is refused").pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        Optional<String> position = post(hub, random(30_000));
                        position.ifPresent(acknowledged::add);
                        return position.isEmpty();
                    });
            HttpResponse<String> refusal = send(hub, random(200_000));
            assertThat(refusal.statusCode()).isEqualTo(503);
            assertThat(refusal.headers().firstValue("Retry-After")).isPresent();

            Files.delete(ballast);
            Awaitility.await("posts are accepted again").until(() -> {
                Optional<String> position = post(hub, "after");
                position.ifPresent(acknowledged::add);
                return position.isPresent();
            });
            hub.kill();
            hub.start();
            Set<String> stored = new HashSet<>();
            try (EventStream stream = EventStream.open(hub.uri("/stream/full-disk-test"), "Last-Event-ID", "0-0")) {
                while (!stored.containsAll(acknowledged)) {
                    Optional<EventStream.Frame> frame = stream.next(Patience.SOON);
                    assertThat(frame).as("next stored event").isPresent();
                    if (frame.get().id() != null) {
                        stored.add(frame.get().id());
                    }
                }
            }
        }
    }

    private Optional<String> post(HubProcess hub, String text) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(hub, text);
        assertThat(answer.statusCode()).as(answer.body()).isIn(202, 503);
        return answer.statusCode() == 202
                ? Optional.of(answer.body().replaceAll("(?s).*\"stream_id\"\\s*:\\s*\"([^\"]+)\".*", "$1"))
                : Optional.empty();
    }

    private HttpResponse<String> send(HubProcess hub, String text) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(hub.uri("/full-disk-test"))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(text))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String random(int length) {
        byte[] bytes = new byte[length];
        new Random().nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
