package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.HubHome;
import io.waystation.Patience;
import io.waystation.http.Role;
import io.waystation.http.Tokens;

/** Events of a private channel reach nobody who may not read it, whatever becomes of its definition. */
class PrivateChannelsTest {
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String DEFINITION = "{\"open\":true,\"readers\":[\"%s\"]}";

    @TempDir
    private Path folder;

    @Test
    void aStreamEndsWhenItsReaderIsNoneAnyMore() throws Exception {
        try (HubFixture hub = HubFixture.start(folder.resolve("data"))) {
            define(hub, "reader-old");
            try (EventStream stream = EventStream.open(hub.uri("/stream/jobs?access_token=reader-old"))) {
                assertThat(stream.next(Patience.SOON)).isPresent();

                define(hub, "reader-new");

                await().until(stream::isOver);
                assertThat(status(hub, "/stream/jobs?access_token=reader-old")).isEqualTo(401);
                assertThat(status(hub, "/stream/jobs?access_token=reader-new")).isEqualTo(200);
            }
        }
    }

    @Test
    void aStreamOfAnOpenChannelEndsWhenSomebodyMakesItPrivate() throws Exception {
        try (HubFixture hub = HubFixture.start(folder.resolve("data"));
                EventStream stream = EventStream.open(hub.uri("/stream/jobs"))) {
            assertThat(stream.next(Patience.SOON)).isPresent();

            define(hub, "reader");

            await().until(stream::isOver);
        }
    }

    @Test
    void aStreamGoesOnWhenWhatChangesIsNotWhoMayRead() throws Exception {
        try (HubFixture hub = HubFixture.start(folder.resolve("data"))) {
            define(hub, "reader");
            try (EventStream stream = EventStream.open(hub.uri("/stream/jobs?access_token=reader"))) {
                assertThat(stream.next(Patience.SOON)).isPresent();

                assertThat(call(hub, "PUT", "/api/channels/jobs", "{\"quota\":{\"burst\":7}}").statusCode()).isEqualTo(200);

                post(hub);
                assertThat(stream.next(Patience.SOON)).isPresent();
            }
        }
    }

    @Test
    void aStreamEndsWhenTheTokenThatOpenedItIsRevoked() throws Exception {
        try (HubFixture hub = HubFixture.start(folder.resolve("data"))) {
            define(hub, "reader");
            HttpResponse<String> made = call(hub, "POST", "/api/tokens", "{\"name\":\"watcher\",\"roles\":[\"read\"]}");
            String secret = made.body().replaceAll("(?s).*\"(?:token|secret)\"\\s*:\\s*\"([^\"]+)\".*", "$1");
            try (EventStream stream = EventStream.open(hub.uri("/stream/jobs"), "Authorization", "Bearer " + secret)) {
                assertThat(stream.next(Patience.SOON)).isPresent();

                assertThat(call(hub, "DELETE", "/api/tokens/watcher", "").statusCode()).isEqualTo(204);

                await().until(stream::isOver);
            }
        }
    }

    @Test
    void aStreamEndsWhenTheTokenThatOpenedItExpires() throws Exception {
        try (HubFixture hub = HubFixture.start(folder.resolve("data"))) {
            define(hub, "reader");
            String secret = hub.bean(Tokens.NAME, Tokens.class).create("brief", Set.of(Role.READ), Optional.of(Duration.ofSeconds(3)));
            try (EventStream stream = EventStream.open(hub.uri("/stream/jobs"), "Authorization", "Bearer " + secret)) {
                assertThat(stream.next(Patience.SOON)).isPresent();

                await().until(stream::isOver);
            }
        }
    }

    @Test
    void theChannelStaysClosedWhenItsDefinitionIsRemovedAndOverARestart() throws Exception {
        try (HubFixture hub = HubFixture.start(folder.resolve("data"))) {
            define(hub, "reader");
            post(hub);

            assertThat(call(hub, "DELETE", "/api/channels/jobs", "").statusCode()).isEqualTo(204);

            assertClosed(hub);
        }
        try (HubFixture hub = HubFixture.start(folder.resolve("data"))) {
            assertClosed(hub);

            assertThat(call(hub, "PUT", "/api/channels/jobs", "{\"open\":true,\"openReaders\":true}").statusCode()).isBetween(200, 201);
            assertThat(status(hub, "/stream/jobs")).as("somebody opened it").isEqualTo(200);
        }
    }

    @Test
    void theChannelStaysClosedWhenItsSourceOrItsSettingsAreGone() throws Exception {
        Path home = HubHome.in(folder).source("jobs", "literal:secret").path();
        try (HubFixture hub = HubFixture.start(folder.resolve("data"), Optional.of(home), "waystation.secrets.literal", "true",
                "waystation.channels.set.open", "true")) {
            assertClosed(hub);
        }
        try (HubFixture hub = HubFixture.start(folder.resolve("data"))) {
            assertClosed(hub);
            assertThat(status(hub, "/stream/set")).isEqualTo(401);
            assertThat(status(hub, "/stream/never-defined")).isEqualTo(200);
        }
    }

    private void assertClosed(HubFixture hub) throws Exception {
        assertThat(status(hub, "/stream/jobs")).isEqualTo(401);
        assertThat(CLIENT.send(HttpRequest.newBuilder(hub.uri("/jobs")).POST(BodyPublishers.ofString("{}")).build(),
                BodyHandlers.discarding()).statusCode()).isEqualTo(403);
    }

    private void define(HubFixture hub, String reader) throws Exception {
        HttpResponse<String> answer = call(hub, "PUT", "/api/channels/jobs", DEFINITION.formatted(reader));
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    }

    private static void post(HubFixture hub) throws Exception {
        assertThat(CLIENT.send(HttpRequest.newBuilder(hub.uri("/jobs")).POST(BodyPublishers.ofString("{}")).build(),
                BodyHandlers.discarding()).statusCode()).isEqualTo(202);
    }

    private static int status(HubFixture hub, String path) throws Exception {
        HttpResponse<InputStream> response = CLIENT.send(HttpRequest.newBuilder(hub.uri(path)).build(), BodyHandlers.ofInputStream());
        response.body().close();
        return response.statusCode();
    }

    private HttpResponse<String> call(HubFixture hub, String method, String path, String body) throws Exception {
        String token = Files.readString(folder.resolve("data/token")).trim();
        return CLIENT.send(HttpRequest.newBuilder(hub.uri(path)).method(method, BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + token).header("Content-Type", "application/json").build(), BodyHandlers.ofString());
    }
}
