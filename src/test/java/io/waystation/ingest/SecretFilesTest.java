package io.waystation.ingest;

import static io.waystation.ingest.Signing.bytes;
import static io.waystation.ingest.Signing.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.HubHome;

/** A secret is replaced by writing its file, without a restart. */
class SecretFilesTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String TOPIC = "https://blog.example.com/feed?a=1";

    @TempDir
    static Path folder;

    private static Path ofChannel;
    private static Path ofSource;
    private static HubFixture hub;

    @BeforeAll
    static void start() throws Exception {
        ofChannel = Files.writeString(folder.resolve("channel-secret"), "one\n");
        ofSource = Files.writeString(folder.resolve("source-secret"), "one\n");
        HubHome home = HubHome.in(folder).route("test.camel.yaml", """
                - templatedRoute:
                    routeTemplateRef: source
                    routeId: source-blog
                    prefixId: blog
                    parameters:
                      - {name: address, value: /webhook/blog}
                      - {name: provider, value: github}
                      - {name: channel, value: blog}
                      - {name: secrets, value: "file:%s"}
                - templatedRoute:
                    routeTemplateRef: websub-intent
                    routeId: blog-intent
                    prefixId: blog-intent
                    parameters:
                      - {name: address, value: /webhook/blog}
                      - {name: topics, value: "%s"}
                """.formatted(ofSource, TOPIC));
        hub = HubFixture.start(folder.resolve("data"), Optional.of(home.path()), "waystation.secrets.reload", "100ms",
                "waystation.channels.ci.secrets", "file:" + ofChannel);
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static int post(String path, String secret) throws Exception {
        byte[] body = bytes("{}");
        return CLIENT.send(HttpRequest.newBuilder(hub.uri(path)).header("X-Hub-Signature-256",
                "sha256=" + hex("HmacSHA256", secret, body)).POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.discarding()).statusCode();
    }

    private static void replaces(Path file, String address) throws Exception {
        assertThat(post(address, "one")).isEqualTo(202);

        Files.writeString(file, "two\n");

        await().until(() -> post(address, "two") == 202);
        assertThat(post(address, "one")).isEqualTo(401);
        Files.delete(file);
        await().during(Duration.ofMillis(500)).until(() -> post(address, "two") == 202);
    }

    @Test
    void ofAChannel() throws Exception {
        replaces(ofChannel, "/ci");
    }

    @Test
    void ofASource() throws Exception {
        replaces(ofSource, "/webhook/blog");
    }

    private static String ask(String mode, String topic, String challenge) throws Exception {
        var answer = CLIENT.send(HttpRequest.newBuilder(hub.uri("/webhook/blog?hub.mode=" + mode + "&hub.topic="
                + URLEncoder.encode(topic, StandardCharsets.UTF_8) + "&hub.challenge=" + challenge
                + "&hub.lease_seconds=864000")).build(), BodyHandlers.ofString());
        return answer.statusCode() == 200 ? answer.body() : Integer.toString(answer.statusCode());
    }

    @Test
    void aWebSubHubIsToldWhatWeMeantAndNothingElse() throws Exception {
        assertThat(ask("subscribe", TOPIC, "c%2Bh1%3C")).isEqualTo("c+h1<");
        assertThat(ask("subscribe", "https://elsewhere.example.com/", "x")).isEqualTo("404");
        assertThat(ask("unsubscribe", TOPIC, "x")).as("a stranger ends nothing").isEqualTo("404");
        assertThat(ask("unsubscribe", "https://elsewhere.example.com/", "x")).isEqualTo("x");
        assertThat(ask("subscribe", TOPIC, "")).isEqualTo("400");
        assertThat(ask("denied", TOPIC, "")).isEmpty();
        assertThat(ask("other", TOPIC, "x")).isEqualTo("400");
    }
}
