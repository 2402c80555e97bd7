package io.waystation.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.event.Event;
import io.waystation.event.EventHistory;
import io.waystation.event.Position;
import io.waystation.store.Meters;

/** The real hub over real HTTP. */
class IngestHttpTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final byte[] HELLO = "Hello, World!".getBytes(StandardCharsets.UTF_8);
    private static final String HELLO_SIGNATURE =
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    @TempDir
    static Path data;

    private static HubFixture hub;

    @BeforeAll
    static void start() throws Exception {
        hub = HubFixture.start(data,
                "waystation.secrets.literal", "true",
                "waystation.channels.signed.secrets", "literal:It's a Secret to Everybody",
                "waystation.channels.slow.open", "true",
                "waystation.channels.slow.events-per-second", "1",
                "waystation.channels.slow.burst", "1",
                "waystation.channels.watched.open", "true",
                "waystation.channels.watched.response", "503-when-nobody-listens");
    }

    @AfterAll
    static void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    private static HttpResponse<String> post(String path, byte[] body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(hub.uri(path)).POST(BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static Event stored(HttpResponse<String> answer) {
        String body = answer.body();
        int start = body.indexOf("\"stream_id\":\"") + 13;
        Position position = Position.parse(body.substring(start, body.indexOf('"', start))).orElseThrow();
        return hub.bean("journal", EventHistory.class).find(position.offset()).orElseThrow().event();
    }

    @Test
    void keepsAnUnsignedPostToAnOpenChannelAsItCame() throws Exception {
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);

        HttpResponse<String> answer = post("/open-channel_1?x=1&CamelExecCommandExecutable=sh&y=%20", bytes,
                "Content-Type", "application/x-www-form-urlencoded", "X-GitHub-Event", "release",
                "CAmelExecCommandExecutable", "sh", "camel_http-uri", "http://evil", "kafka.OVERRIDE_TOPIC", "x",
                "Authorization", "Bearer secret", "Idempotency-Key", "1");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().map()).doesNotContainKeys("x-github-event", "authorization");
        assertThat(answer.headers().firstValue("X-Gosmee-Version")).hasValue("0.32.0");
        Event event = stored(answer);
        assertThat(event.body()).isEqualTo(bytes);
        assertThat(event.verified()).isEqualTo(Event.UNVERIFIED);
        assertThat(event.deliveryId()).isNull();
        assertThat(event.type()).isEqualTo("com.github.release");
        assertThat(event.query()).isEqualTo("x=1&y=%20");
        assertThat(event.headers().toMap()).containsKeys("x-github-event", "content-length", "idempotency-key")
                .doesNotContainKeys("host", "authorization", "camelexeccommandexecutable", "camel_http-uri",
                        "kafka.override_topic");
    }

    @Test
    void verifiesAPostToAChannelWithSecretsAndRecognisesARepetition() throws Exception {
        String[] headers = {"X-Hub-Signature-256", HELLO_SIGNATURE, "X-GitHub-Event", "ping", "X-GitHub-Delivery", "d-1"};

        HttpResponse<String> first = post("/signed", HELLO, headers);
        HttpResponse<String> second = post("/signed", HELLO, headers);
        HttpResponse<String> unsigned = post("/signed", HELLO);
        HttpResponse<String> changed = post("/signed", "Hello World!".getBytes(), headers);

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(stored(first).verified()).isEqualTo("github:signed");
        assertThat(stored(first).type()).isEqualTo("com.github.ping");
        assertThat(unsigned.statusCode()).isEqualTo(401);
        assertThat(unsigned.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(unsigned.body()).contains("\"code\":\"missing-signature\"");
        assertThat(changed.body()).contains("\"code\":\"bad-signature\"");
    }

    @Test
    void saysWhichQuotaIsExceededAndWhenItResets() throws Exception {
        assertThat(post("/slow", HELLO).statusCode()).isEqualTo(202);

        HttpResponse<String> refusal = post("/slow", HELLO);

        assertThat(refusal.statusCode()).isEqualTo(429);
        assertThat(refusal.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(refusal.body()).contains("\"code\":\"over-quota\"").contains("1 events per second")
                .contains("resets at");
    }

    @Test
    void refusesAPostNobodyListensToOnlyWhereTheChannelSaysSo() throws Exception {
        HttpResponse<String> refusal = post("/watched", HELLO);

        assertThat(refusal.statusCode()).isEqualTo(503);
        assertThat(refusal.body()).contains("\"code\":\"nobody-listens\"");
    }

    @Test
    void refusesReservedAndMalformedChannelNames() throws Exception {
        for (String name : new String[] {"/metrics", "/api", "/robots.txt", "/a%20b", "/" + "a".repeat(129)}) {
            assertThat(post(name, HELLO).statusCode()).as(name).isEqualTo(404);
        }
    }

    @Test
    void countsPostsByResultAndProvider() throws Exception {
        post("/counted", HELLO);

        assertThat(Meters.of(hub.context()).get("waystation.posts").tags("provider", "none", "result", "accepted")
                .counter().count()).isPositive();
    }
}
