package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.EventStream.Frame;
import io.waystation.HubFixture;
import io.waystation.Patience;
import io.waystation.channel.ChannelName;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.journal.Appended;
import io.waystation.journal.Journal;

/** The relay through the real hub: streams, resume, cursors, replay and the small answers. */
class RelayHttpTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Patience.SOON;

    @TempDir
    private static Path data;
    private static HubFixture hub;
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final String channel = ChannelName.random();

    @BeforeAll
    static void start() throws Exception {
        hub = HubFixture.start(data, "waystation.relay.hold", "300ms",
                "waystation.channels.protected.open", "true",
                "waystation.channels.protected.readers", "literal:reader-secret", "waystation.secrets.literal", "true",
                "waystation.channels.crowd.open-readers", "true", "waystation.relay.open-redeliver", "true",
                "waystation.channels.full.open-readers", "true", "waystation.channels.full.subscribers", "1");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private String append(String body) {
        return append(channel, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String append(String channel, byte[] body) {
        Event event = TestStreams.event(channel, Headers.of("content-type", "application/json", "x-github-event", "push"),
                "x=1", body);
        Event fresh = new Event(UUID.randomUUID().toString(), channel, event.source(), event.type(), event.subject(),
                event.time(), channel, event.verified(), null, null, "POST", event.path(), event.query(),
                event.headers(), body);
        CompletableFuture<Appended> appended = hub.bean("journal", Journal.class).append(fresh, Runnable::run);
        return appended.orTimeout(SOON.toSeconds(), TimeUnit.SECONDS).join().position().toString();
    }

    private EventStream open(String path, String... headers) throws Exception {
        return EventStream.open(hub.uri(path), headers);
    }

    private static Frame next(EventStream stream) throws Exception {
        return stream.next(SOON).orElseThrow(() -> new AssertionError("nothing came"));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()).get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private static HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(hub.uri(path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request);
    }

    @Test
    void speaksSmeeAndResumesByTheIdOfReady() throws Exception {
        append("{\"n\":0}");
        String ready;
        try (EventStream stream = open("/" + channel)) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("content-type")).hasValue("text/event-stream");
            Frame first = next(stream);
            assertThat(first.event()).isEqualTo("ready");
            ready = first.id();
        }
        String position = append("{\"n\":1.0}");

        try (EventStream stream = open("/" + channel, "Last-Event-ID", ready)) {
            assertThat(next(stream).id()).isEqualTo(ready);
            Frame event = next(stream);
            assertThat(event.id()).isEqualTo(position);
            assertThat(event.data()).contains("\"body\":{\"n\":1.0}").contains("\"query\":{\"x\":\"1\"}");
            append("{\"n\":2}");
            assertThat(next(stream).data()).contains("{\"n\":2}");
        }
    }

    @Test
    void speaksGosmeeWhateverTheQuery() throws Exception {
        try (EventStream stream = open("/events/" + channel + "?stream=" + channel, "User-Agent", "gosmee/0.31.1")) {
            assertThat(next(stream).data()).isEqualTo("{\"message\":\"connected\"}");
            assertThat(next(stream).data()).isEqualTo("{\"message\":\"ready\"}");
            String position = append("{}");
            Frame event = next(stream);
            assertThat(event.id()).isEqualTo(position);
            assertThat(JSON.readTree(event.data()).get("bodyB").asText()).isEqualTo("e30=");
        }
    }

    @Test
    void startsAtTheTailWhenThePositionIsNotOfThisLog() throws Exception {
        append("{\"old\":true}");
        for (String id : List.of("nonsense", "17", "1-99999999999", "99999999999999999999-1", "5-1")) {
            try (EventStream stream = open("/stream/" + channel, "Last-Event-ID", id)) {
                assertThat(next(stream).event()).isEqualTo("ready");
                String position = append("{}");
                assertThat(next(stream).id()).isEqualTo(position);
            }
        }
    }

    @Test
    void goesOnBehindANamedCursorAfterItWasAcknowledged() throws Exception {
        String path = "/stream/" + channel + "?cursor=worker-1";
        try (EventStream stream = open(path)) {
            next(stream);
        }
        String first = append("{\"n\":1}");
        String second = append("{\"n\":2}");
        try (EventStream stream = open(path)) {
            next(stream);
            assertThat(next(stream).id()).isEqualTo(first);
        }

        HttpResponse<String> answer = post("/stream/" + channel + "/cursors/worker-1", "{\"position\":\"" + first + "\"}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        try (EventStream stream = open(path)) {
            next(stream);
            assertThat(next(stream).id()).isEqualTo(second);
        }
        assertThat(post("/stream/" + channel + "/cursors/worker-1", "{\"position\":\"nonsense\"}").statusCode()).isEqualTo(400);
        assertThat(post("/stream/" + channel + "/cursors/worker-1", "{\"position\":\"9-99999999\"}").statusCode()).isEqualTo(409);
    }

    @Test
    void letsOnlyReadersIntoAProtectedChannel() throws Exception {
        assertThat(send(HttpRequest.newBuilder(hub.uri("/stream/protected"))).statusCode()).isEqualTo(401);
        assertThat(send(HttpRequest.newBuilder(hub.uri("/events/protected?access_token=wrong"))).statusCode()).isEqualTo(401);
        assertThat(send(HttpRequest.newBuilder(hub.uri("/stream/protected"))).headers().firstValue("www-authenticate"))
                .hasValueSatisfying(scheme -> assertThat(scheme).startsWith("Bearer"));
        try (EventStream stream = open("/stream/protected?access_token=reader-secret")) {
            assertThat(stream.status()).isEqualTo(200);
        }
        try (EventStream stream = open("/protected", "Authorization", "Bearer reader-secret")) {
            assertThat(stream.status()).isEqualTo(200);
        }
        assertThat(CLIENT.sendAsync(HttpRequest.newBuilder(hub.uri("/protected")).header("Accept", "text/event-stream").build(),
                HttpResponse.BodyHandlers.ofString())).failsWithin(SOON);
    }

    @Test
    void holdsAndDropsAClientOverTheQuotaInsteadOfAnsweringIt() throws Exception {
        try (EventStream stream = open("/full")) {
            next(stream);
            assertThat(CLIENT.sendAsync(HttpRequest.newBuilder(hub.uri("/full")).header("Accept", "text/event-stream").build(),
                    HttpResponse.BodyHandlers.ofString())).failsWithin(SOON);
        }
        await().atMost(SOON).until(() -> hub.bean("sseHub", SseHub.class).count("full") == 0);
        try (EventStream stream = open("/full")) {
            assertThat(stream.status()).isEqualTo(200);
        }
    }

    @Test
    void redeliversAStoredEventByteForByteAsANewOne() throws Exception {
        String position = append("{ \"n\" : 12345678901234567890 }");
        try (EventStream stream = open("/stream/" + channel)) {
            next(stream);

            HttpResponse<String> answer = post("/" + channel + "/redeliver", "{\"position\":\"" + position + "\"}");

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            JsonNode event = JSON.readTree(next(stream).data());
            assertThat(new String(event.get("data_base64").binaryValue(), StandardCharsets.UTF_8))
                    .isEqualTo("{ \"n\" : 12345678901234567890 }");
            assertThat(event.get("replayof").asText()).isNotEmpty().isNotEqualTo(event.get("id").asText());
            assertThat(event.get("position").asText()).isEqualTo(JSON.readTree(answer.body()).get("stream_id").asText());
        }
        assertThat(post("/" + channel + "/redeliver", "{\"position\":\"1-1\"}").statusCode()).isEqualTo(404);
        assertThat(post("/protected/redeliver", "{\"position\":\"1-1\"}").statusCode()).isEqualTo(401);
    }

    @Test
    void replaysWhatGosmeesAndSmeesPagesSend() throws Exception {
        try (EventStream stream = open("/" + channel)) {
            next(stream);
            post("/replay/" + channel, "{\"a\":1}", "X-GitHub-Event", "push", "Content-Type", "application/json",
                    "Authorization", "Bearer secret-of-the-caller");
            Frame gosmee = next(stream);
            post("/" + channel + "/redeliver", "{\"x-github-event\":\"ping\",\"content-type\":\"application/json\","
                    + "\"camelexeccommandexecutable\":\"id\",\"body\":{\"b\":2},\"query\":{},\"timestamp\":1}");
            Frame smee = next(stream);

            assertThat(gosmee.data()).contains("\"body\":{\"a\":1}").contains("\"x-github-event\":\"push\"")
                    .doesNotContain("secret-of-the-caller");
            assertThat(smee.data()).contains("\"body\":{\"b\":2}").contains("\"x-github-event\":\"ping\"").doesNotContain("camel");
        }
    }

    @Test
    void makesUpAddressesAndTellsItsVersion() throws Exception {
        HttpResponse<String> plain = send(HttpRequest.newBuilder(hub.uri("/new")));
        assertThat(plain.statusCode()).isEqualTo(200);
        assertThat(plain.body()).startsWith(hub.uri("/").toString()).endsWith("\n");
        assertThat(plain.headers().firstValue("location")).hasValue(plain.body().trim());
        HttpResponse<String> head = send(HttpRequest.newBuilder(hub.uri("/new")).method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(307);
        assertThat(head.headers().firstValue("location").orElseThrow()).matches("http://.*/[A-Za-z0-9_-]{16}");
        assertThat(send(HttpRequest.newBuilder(hub.uri("/new")).header("Accept", "text/html")).statusCode()).isEqualTo(307);
        for (String path : List.of("/version", "/health", "/livez")) {
            HttpResponse<String> version = send(HttpRequest.newBuilder(hub.uri(path)));
            assertThat(version.statusCode()).isEqualTo(200);
            assertThat(version.headers().firstValue("x-gosmee-version")).hasValue("0.32.0");
            assertThat(version.body()).isEqualTo("{\"version\":\"0.32.0\"}\n");
        }
    }

    @Test
    void showsABrowserAPageThatNeedsNothingFromElsewhere() throws Exception {
        HttpResponse<String> page = send(HttpRequest.newBuilder(hub.uri("/" + channel)).header("Accept", "text/html,*/*"));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                .contains("default-src 'none'").doesNotContain("unsafe");
        assertThat(page.body()).doesNotContain("http://").doesNotContain("https://").doesNotContain("style=").doesNotContain(channel);
        for (String asset : List.of("page.js", "page.css", "icon.svg")) {
            assertThat(page.body()).contains("assets/live/" + asset);
            assertThat(send(HttpRequest.newBuilder(hub.uri("/assets/live/" + asset))).statusCode()).isEqualTo(200);
        }
        assertThat(send(HttpRequest.newBuilder(hub.uri("/assets/live/..%2Fapplication.properties"))).statusCode()).isEqualTo(404);
        assertThat(send(HttpRequest.newBuilder(hub.uri("/favicon.ico"))).headers().firstValue("content-type")).hasValue("image/svg+xml");
    }

    @Test
    void sendsABrowserThatAddsASlashToThePageWithoutIt() throws Exception {
        HttpResponse<String> moved = send(HttpRequest.newBuilder(hub.uri("/" + channel + "/?access_token=a%20b")).header("Accept", "text/html"));

        assertThat(moved.statusCode()).isEqualTo(308);
        assertThat(moved.headers().firstValue("location")).hasValue("../" + channel + "?access_token=a%20b");
    }

    @Test
    void givesASlowReaderEverythingWithoutHoldingItInMemory() throws Exception {
        HttpResponse<InputStream> response = CLIENT.send(
                HttpRequest.newBuilder(hub.uri("/stream/" + channel)).build(), HttpResponse.BodyHandlers.ofInputStream());
        byte[] body = ("{\"pad\":\"" + "x".repeat(20_000) + "\"}").getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 2_000; i++) {
            append(channel, body);
        }
        assertThat(hub.bean("sseHub", SseHub.class).ringBytes()).isLessThan(8 << 20);

        List<String> ids = new ArrayList<>();
        EventStreamParser parser = new EventStreamParser(1 << 20, new EventStreamParser.Listener() {
            @Override
            public void message(StreamMessage message) {
                if (message.name().equals("message")) {
                    ids.add(message.lastEventId());
                }
            }

            @Override
            public void retry(Duration delay) {
                // not looked at
            }
        });
        try (InputStream stream = response.body()) {
            byte[] buffer = new byte[64 * 1024];
            while (ids.size() < 2_000) {
                int read = stream.read(buffer);
                assertThat(read).isPositive();
                parser.feed(ByteBuffer.wrap(buffer, 0, read).slice());
            }
        }

        assertThat(ids).hasSize(2_000).doesNotHaveDuplicates();
    }

    @Test
    void takesPostsWhileTwoHundredSubscribersIdle() throws Exception {
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            streams.add(open("/stream/crowd"));
        }

        long start = System.nanoTime();
        String position = append("crowd", "{}".getBytes(StandardCharsets.UTF_8));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        for (EventStream stream : streams) {
            assertThat(next(stream).event()).isEqualTo("ready");
            assertThat(next(stream).id()).isEqualTo(position);
            stream.close();
        }
        await().atMost(SOON).until(() -> hub.bean("sseHub", SseHub.class).count("crowd") == 0);
    }

    @Test
    void catchesUpAtOnceAfterTheRouteWasRestarted() throws Exception {
        try (EventStream stream = open("/" + channel)) {
            next(stream);
            hub.context().getRouteController().stopRoute("relay");
            String first = append("{\"while\":\"stopped\"}");
            String second = append("{\"still\":\"stopped\"}");
            hub.context().getRouteController().startRoute("relay");

            assertThat(next(stream).id()).isEqualTo(first);
            assertThat(next(stream).id()).isEqualTo(second);
        }
    }
}
