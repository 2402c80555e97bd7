package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;

/** What a channel's definition says of retention holds in the running hub. */
class ChannelRetentionTest {
    @TempDir
    private Path data;

    @Test
    void aDefinedChannelForgetsItsEventsBeforeTheLogDoes() throws Exception {
        try (HubFixture hub = HubFixture.start(data,
                "waystation.channels.short.open", "true", "waystation.channels.short.retention", "1s")) {
            post(hub, "/short");
            post(hub, "/long");
            Journal journal = hub.bean("journal", Journal.class);
            Awaitility.await().until(() -> {
                journal.retain();
                return journal.read("short", 0, 10, 1024).events().isEmpty();
            });
            assertThat(journal.read("long", 0, 10, 1024).events()).hasSize(1);
        }
    }

    private static void post(HubFixture hub, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(hub.uri(path)).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
        assertThat(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(202);
    }
}
