package io.waystation.ingest;

import static io.waystation.ingest.Signing.bytes;
import static io.waystation.ingest.Signing.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.HubHome;
import io.waystation.Patience;
import io.waystation.event.Event;
import io.waystation.event.EventHistory;
import io.waystation.event.Position;

/** A channel that only a source names belongs to the source, in a hub where any other name is an open channel. */
class SourceChannelTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String ROUTE = """
            - templatedRoute:
                routeTemplateRef: source
                routeId: source-%1$s
                prefixId: %1$s
                parameters:
                  - {name: address, value: /webhook/%1$s}
                  - {name: provider, value: github}
                  - {name: channel, value: %2$s}
                  - {name: secrets, value: "literal:one"}
            """;

    @TempDir
    static Path folder;

    private static HubFixture hub;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
        HubHome home = HubHome.in(folder).route("test.camel.yaml", ROUTE.formatted("upstreams", "upstreams")
                + ROUTE.formatted("reserved", "api") + ROUTE.formatted("shared", "team"));
        hub = HubFixture.start(folder.resolve("data"), Optional.of(home.path()), "waystation.secrets.literal", "true",
                "waystation.channels.team.open", "true", "waystation.channels.team.readers", "literal:reader");
        token = "Bearer " + Files.readString(folder.resolve("data/token")).trim();
    }

    @AfterAll
    static void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    private static HttpResponse<String> post(String path, byte[] body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(hub.uri(path)).POST(BodyPublishers.ofByteArray(body));
        return CLIENT.send((headers.length > 0 ? request.headers(headers) : request).build(), BodyHandlers.ofString());
    }

    private static String webhook(String source) throws Exception {
        byte[] body = bytes("{\"from\":\"" + source + "\"}");
        HttpResponse<String> answer = post("/webhook/" + source, body,
                "X-Hub-Signature-256", "sha256=" + hex("HmacSHA256", "one", body));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return answer.body().replaceAll(".*\"position\":\"([^\"]*)\".*\\n", "$1");
    }

    private static int read(String path, String... headers) throws Exception {
        try (EventStream stream = EventStream.open(hub.uri(path), headers)) {
            return stream.status();
        }
    }

    @Test
    void isReadOnlyWithATokenThatMayRead() throws Exception {
        String position = webhook("upstreams");

        assertThat(read("/stream/upstreams", "Last-Event-ID", "0-0")).isEqualTo(401);
        assertThat(read("/events/upstreams", "Last-Event-ID", "0-0")).isEqualTo(401);
        assertThat(post("/stream/upstreams/cursors/mine", bytes("{\"position\":\"" + position + "\"}")).statusCode())
                .isEqualTo(401);
        try (EventStream stream = EventStream.open(hub.uri("/stream/upstreams"),
                "Last-Event-ID", "0-0", "Authorization", token)) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.next(Patience.SOON).orElseThrow().event()).isEqualTo("ready");
            assertThat(stream.next(Patience.SOON).orElseThrow().data()).contains("github:/webhook/upstreams");
        }
    }

    @Test
    void takesNoPostsButThoseOfItsSource() throws Exception {
        HttpResponse<String> refusal = post("/upstreams", bytes("{}"));

        assertThat(refusal.statusCode()).isEqualTo(403);
        assertThat(refusal.body()).contains("\"code\":\"sources-only\"");
        assertThat(post("/anything-else", bytes("{}")).statusCode()).isEqualTo(202);
    }

    @Test
    void isRedeliveredOnlyWithATokenThatMayReplay() throws Exception {
        byte[] which = bytes("{\"position\":\"" + webhook("upstreams") + "\"}");

        HttpResponse<String> stranger = post("/upstreams/redeliver", which);
        HttpResponse<String> operator = post("/upstreams/redeliver", which, "Authorization", token);

        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(operator.statusCode()).as(operator.body()).isEqualTo(202);
        String position = operator.body().replaceAll(".*\"stream_id\":\"([^\"]*)\".*\\n", "$1");
        Event again = hub.bean("journal", EventHistory.class)
                .find(Position.parse(position).orElseThrow().offset()).orElseThrow().event();
        assertThat(again.verified()).isEqualTo("github:/webhook/upstreams");
    }

    @Test
    void mayHaveANameThatIsNoAddress() throws Exception {
        webhook("reserved");

        assertThat(read("/stream/api")).isEqualTo(401);
        assertThat(read("/stream/api", "Authorization", token)).isEqualTo(200);
    }

    @Test
    void followsItsDefinitionWhenSomebodyDefinedIt() throws Exception {
        webhook("shared");

        assertThat(post("/team", bytes("{}")).statusCode()).isEqualTo(202);
        assertThat(read("/stream/team")).isEqualTo(401);
        assertThat(read("/stream/team?access_token=reader")).isEqualTo(200);
    }
}
