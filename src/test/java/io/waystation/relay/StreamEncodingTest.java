package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;

/** The bytes of each encoding, against captures of gosmee 0.32 and smee.io and against what breaks their clients. */
class StreamEncodingTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Position AFTER = new Position(1_795_312_128_433L, 7);

    private static PositionedEvent event(Headers headers, String query, String body) {
        return event(headers, query, body.getBytes(StandardCharsets.UTF_8));
    }

    private static PositionedEvent event(Headers headers, String query, byte[] body) {
        return TestStreams.positioned(8, TestStreams.event("channel", headers, query, body));
    }

    private static String text(byte[] frame) {
        return new String(frame, StandardCharsets.UTF_8);
    }

    private static StreamMessage only(byte[] frame) {
        List<StreamMessage> messages = new ArrayList<>();
        TestStreams.parse(frame, messages::add);
        assertThat(messages).hasSize(1);
        return messages.get(0);
    }

    @Test
    void opensAsEachClientExpects() {
        assertThat(text(StreamEncodings.GOSMEE.opening(AFTER))).isEqualTo("retry: 1000\n"
                + "data: {\"message\":\"connected\"}\n\ndata: {\"message\":\"ready\"}\n\n");
        assertThat(text(StreamEncodings.SMEE.opening(AFTER))).isEqualTo(
                "retry: 1000\nid: 1795312128433-7\nevent: ready\ndata: {}\n\n");
        assertThat(text(StreamEncodings.OWN.opening(AFTER))).isEqualTo("retry: 1000\nid: 1795312128433-7\n"
                + "event: ready\ndata: {\"position\":\"1795312128433-7\"}\n\n");
    }

    @Test
    void keepsConnectionsAliveWithoutMovingAPosition() {
        assertThat(text(StreamEncodings.GOSMEE.heartbeat())).isEqualTo(": keepalive\n\n");
        assertThat(text(StreamEncodings.SMEE.heartbeat())).isEqualTo("event: ping\ndata: {}\n\n");
        assertThat(text(StreamEncodings.OWN.heartbeat())).startsWith(":").doesNotContain("\n\n");
    }

    @Test
    void writesAnEventAsGosmeeDoes() {
        Headers headers = Headers.of("host", "127.0.0.1:3333", "user-agent", "curl/7.88.1", "accept", "*/*",
                "content-type", "application/json", "x-github-event", "push", "x-multi", "a", "x-multi", "b",
                "x-escaped", "<a>&\u2028", "transfer-encoding", "chunked", "connection", "close");
        String body = "{ \"a\" : 1.0 }\n";

        String frame = text(StreamEncodings.GOSMEE.event(event(headers, "x=1", body)));

        assertThat(frame).isEqualTo("id: 1795312128433-8\ndata: {\"accept\":\"*/*\",\"bodyB\":\""
                + Base64.getEncoder().encodeToString(body.getBytes(StandardCharsets.UTF_8))
                + "\",\"content-type\":\"application/json\",\"timestamp\":\"1795312128433\","
                + "\"user-agent\":\"curl/7.88.1\",\"x-escaped\":\"\\u003ca\\u003e\\u0026\\u2028\","
                + "\"x-github-event\":\"push\",\"x-multi\":\"a\"}\n\n");
    }

    @Test
    void keepsTheWordAwayOnWhichOldGosmeeClientsDropEvents() throws Exception {
        byte[] body = Base64.getDecoder().decode("AAAAreadyAAAAReAdYAA");
        Headers headers = Headers.of("x-state", "Already done", "message", "connected", "x-ready", "1");

        String frame = text(StreamEncodings.GOSMEE.event(event(headers, null, body)));

        assertThat(frame).doesNotContainIgnoringCase("ready").doesNotContain("\"connected\"");
        JsonNode data = JSON.readTree(frame.substring(frame.indexOf("data: ") + 6));
        assertThat(data.get("x-state").asText()).isEqualTo("Already done");
        assertThat(data.get("message").asText()).isEqualTo("connected");
        assertThat(data.get("x-ready").asText()).isEqualTo("1");
        assertThat(data.get("bodyB").binaryValue()).isEqualTo(body);
    }

    @Test
    void doesNotLetAHeaderPassForTheBody() throws Exception {
        Headers headers = Headers.of("body", "{\"forged\":true}", "bodyB", "Zm9yZ2Vk", "timestamp", "1", "query", "q");

        JsonNode gosmee = JSON.readTree(only(StreamEncodings.GOSMEE.event(event(headers, null, "{}"))).text());
        JsonNode smee = JSON.readTree(only(StreamEncodings.SMEE.event(event(headers, null, "{}"))).text());

        assertThat(gosmee.has("body")).isFalse();
        assertThat(gosmee.get("bodyB").asText()).isEqualTo("e30=");
        assertThat(gosmee.get("timestamp").asText()).isEqualTo("1795312128433");
        assertThat(smee.get("body").isObject()).isTrue();
        assertThat(smee.get("query").isObject()).isTrue();
        assertThat(smee.get("timestamp").isNumber()).isTrue();
    }

    @Test
    void writesAnEventAsSmeeDoesButKeepsEveryDigit() {
        Headers headers = Headers.of("host", "127.0.0.1:3900", "user-agent", "curl/7.88.1", "accept", "*/*",
                "content-type", "application/json", "x-multi", "a", "x-multi", "b", "transfer-encoding", "chunked",
                "content-length", "62");
        String body = "{ \"a\" : 1.0, \"b\":\"\\u00e9\\u003c é\",\r\n \"big\":12345678901234567890 }";

        String frame = text(StreamEncodings.SMEE.event(event(headers, "x=1&y=2&y=3", body)));

        assertThat(frame).isEqualTo("id: 1795312128433-8\ndata: {\"host\":\"127.0.0.1:3900\","
                + "\"user-agent\":\"curl/7.88.1\",\"accept\":\"*/*\",\"content-type\":\"application/json\","
                + "\"x-multi\":\"a, b\",\"content-length\":\"62\",\"body\":{\"a\":1.0,\"b\":\"\\u00e9\\u003c é\","
                + "\"big\":12345678901234567890},\"query\":{\"x\":\"1\",\"y\":[\"2\",\"3\"]},"
                + "\"timestamp\":1795312128433}\n\n");
    }

    @Test
    void givesSmeeClientsBodiesThatAreNotJson() throws Exception {
        assertThat(smeeBody("application/x-www-form-urlencoded", "payload=%7B%7D&a=1&a=2+3").toString())
                .isEqualTo("{\"payload\":\"{}\",\"a\":[\"1\",\"2 3\"]}");
        assertThat(smeeBody("text/plain", "line one\r\nline \"two\"").asText()).isEqualTo("line one\r\nline \"two\"");
        assertThat(smeeBody("application/json", "{broken").asText()).isEqualTo("{broken");
        assertThat(smeeBody("application/json", "{} {}").asText()).isEqualTo("{} {}");
        assertThat(smeeBody("application/json", "[1,null]").toString()).isEqualTo("[1,null]");
        assertThat(smeeBody("application/json", " 17 ").toString()).isEqualTo("17");
        assertThat(smeeBody("text/plain", "17").isTextual()).isTrue();
        assertThat(smeeBody("application/json", "\uFEFF{\"a\":1}").toString()).isEqualTo("{\"a\":1}");
        assertThat(smeeBody("application/json", "").toString()).isEqualTo("{}");
        assertThat(smeeBody("application/json", "[".repeat(2_000)).isTextual()).isTrue();
    }

    private static JsonNode smeeBody(String type, String body) throws Exception {
        return JSON.readTree(only(StreamEncodings.SMEE.event(event(Headers.of("content-type", type), null, body))).text())
                .get("body");
    }

    @Test
    void givesOurOwnClientsEverything() throws Exception {
        Event event = new Event("0190", "channel", "/github/acme/site", "com.github.push", null,
                Instant.ofEpochMilli(1_795_312_128_433L), "acme/site", "github:acme", "72d3", "0180", "PUT",
                "/channel/deep%20er", "x=1&x=2", Headers.of("x-multi", "a", "accept", "*/*", "x-multi", "b"),
                new byte[] {0, 13, 10, -1});

        StreamMessage message = only(StreamEncodings.OWN.event(TestStreams.positioned(8, event)));

        JsonNode json = JSON.readTree(message.text());
        assertThat(message.lastEventId()).isEqualTo("1795312128433-8");
        assertThat(json.toString()).isEqualTo("{\"specversion\":\"1.0\",\"id\":\"0190\",\"source\":\"/github/acme/site\","
                + "\"type\":\"com.github.push\",\"time\":\"2026-11-22T01:48:48.433Z\","
                + "\"position\":\"1795312128433-8\",\"channel\":\"channel\",\"key\":\"acme/site\","
                + "\"verified\":\"github:acme\",\"deliveryid\":\"72d3\",\"replayof\":\"0180\",\"method\":\"PUT\","
                + "\"path\":\"/channel/deep%20er\",\"query\":\"x=1&x=2\","
                + "\"headers\":[[\"x-multi\",\"a\"],[\"accept\",\"*/*\"],[\"x-multi\",\"b\"]],"
                + "\"data_base64\":\"AA0K/w==\"}");
    }

    @Test
    void tellsOfLostEventsOnlyThoseWhoUnderstand() {
        StreamGap gap = new StreamGap(Position.START, AFTER, 7, true);
        StreamGap strange = new StreamGap(Position.START, AFTER, 7, false);

        assertThat(text(StreamEncodings.GOSMEE.gap(gap))).isEqualTo("event: gosmee-gap\ndata: {\"error\":"
                + "\"missed_history\",\"requested_id\":\"0-0\",\"oldest_id\":\"1795312128433-7\",\"lost\":7}\n\n");
        assertThat(text(StreamEncodings.GOSMEE.gap(strange))).startsWith(": gap ").endsWith("\n\n");
        assertThat(text(StreamEncodings.SMEE.gap(gap))).startsWith(": gap ");
        assertThat(text(StreamEncodings.OWN.gap(strange))).startsWith("event: gap\n");
        assertThat(StreamRequests.understandsGaps("gosmee/0.32.0")).isTrue();
        assertThat(StreamRequests.understandsGaps("gosmee/v0.33.1-dirty")).isTrue();
        assertThat(StreamRequests.understandsGaps("gosmee/0.31.1")).isFalse();
        assertThat(StreamRequests.understandsGaps("Go-http-client/1.1")).isFalse();
    }

    static List<String> nastyTexts() {
        return List.of("a\rid: x", "a\nid: x", "a\r\ndata: x", "nul \u0000 here", "\uFEFFbom", "data: x", ": comment",
                "id: 5\n\nevent: ping", "😀 four bytes", "\u2028\u2029\u0085", "x".repeat(1 << 20), "\"\\\b\f\t", "\uD800 half");
    }

    @ParameterizedTest
    @MethodSource("nastyTexts")
    void letsNoContentBreakOutOfItsFrame(String nasty) throws Exception {
        byte[] bytes = nasty.getBytes(StandardCharsets.UTF_8);
        String seen = new String(bytes, StandardCharsets.UTF_8);
        PositionedEvent event = event(Headers.of("content-type", "text/plain", "x-nasty", nasty), "q=" + nasty, bytes);

        for (StreamEncoding encoding : StreamEncodings.ALL) {
            StreamMessage message = only(encoding.event(event));
            JsonNode json = JSON.readTree(message.text());
            assertThat(message.name()).isEqualTo("message");
            assertThat(message.lastEventId()).isEqualTo("1795312128433-8");
            if (encoding == StreamEncodings.SMEE) {
                String body = seen.startsWith("\uFEFF") ? seen.substring(1) : seen;
                assertThat(json.get("body").asText()).isEqualTo(body);
            } else {
                assertThat(json.get(encoding == StreamEncodings.OWN ? "data_base64" : "bodyB").binaryValue())
                        .isEqualTo(bytes);
            }
        }
    }
}
