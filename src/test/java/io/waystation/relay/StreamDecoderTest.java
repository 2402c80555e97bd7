package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;

import io.waystation.event.Event;
import io.waystation.event.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamDecoderTest {
    private static final Instant NOW = Instant.parse("2026-11-22T04:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @Test
    void readsEveryAttributeOfOurOwnStream() {
        Event event = event(StreamDialect.WAYSTATION, """
                {"specversion":"1.0","id":"0192","source":"/github/acme/site","type":"com.github.push","subject":"refs/heads/main",
                "time":"2026-11-22T03:00:00.123Z","datacontenttype":"application/json","position":"1-2","channel":"other",
                "key":"k","verified":"github:main","deliveryid":"d","replayof":"0191","method":"PUT","path":"/other","query":"a=1&a=2",
                "headers":[["x-multi","a"],["x-multi","b"],["x-odd","\\u00e9\\"\\\\"]],"data_base64":"AP8N","later":{"x":[1]}}""");

        assertThat(event).usingRecursiveComparison().isEqualTo(new Event("0192", "other", "/github/acme/site",
                "com.github.push", "refs/heads/main", Instant.parse("2026-11-22T03:00:00.123Z"), "k", "github:main", "d", "0191",
                "PUT", "/other", "a=1&a=2", Headers.of("x-multi", "a", "x-multi", "b", "x-odd", "\u00e9\"\\"),
                new byte[] {0, (byte) 0xff, 13}));
    }

    @Test
    void readsAGosmeeEventWithItsExactBody() {
        byte[] body = "{ \"action\" : \"published\", \"n\": 1.0, \"repository\":{\"id\":1,\"full_name\":\"acme/site\"} }\r\n"
                .getBytes(StandardCharsets.UTF_8);

        Event event = event(StreamDialect.GOSMEE, "{\"accept\":\"*/*\",\"bodyB\":\"" + Base64.getEncoder().encodeToString(body)
                + "\",\"content-type\":\"application/json\",\"timestamp\":\"1795311816495\",\"x-github-event\":\"release\"}");

        assertThat(event.body()).isEqualTo(body);
        assertThat(event.headers()).isEqualTo(
                Headers.of("accept", "*/*", "content-type", "application/json", "x-github-event", "release"));
        assertThat(event.time()).isEqualTo(Instant.ofEpochMilli(1795311816495L));
        assertThat(event.type()).isEqualTo("com.github.release.published");
        assertThat(event.source()).isEqualTo("/github/acme/site");
        assertThat(event.key()).isEqualTo("/github/acme/site");
        assertThat(event.verified()).isEqualTo(Event.UNVERIFIED);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "x-event-key | repo:push | {} | com.bitbucket.repo.push",
        "x-gitlab-event | Push Hook | {\"object_kind\":\"push\"} | com.gitlab.push",
        "x-gitlab-event | Merge Request Hook | {\"object_kind\":\"merge_request\",\"object_attributes\":{\"action\":\"open\"}} | com.gitlab.merge_request.open",
        "x-github-event | pull_request | {\"action\":\"opened\"} | com.github.pull_request.opened",
        "x-shopify-topic | orders/create | {} | com.shopify.orders.create"}, delimiter = '|')
    void callsEventsOfOtherRelaysWhatAHubCallsThem(String header, String name, String body, String type) {
        String frame = "{\"content-type\":\"application/json\",\"" + header + "\":\"" + name + "\",\"body\":" + body + "}";

        assertThat(event(StreamDialect.SMEE, frame).type()).isEqualTo(type);
        assertThat(event(StreamDialect.GOSMEE, frame).type()).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1.0,\"big\":12345678901234567890}", "[1, 2 ,3]", "\"te\\u0078t\"", "17", "true", "null",
        "{ \"nested\" : { \"x\" : [ {} , \"}\" ] } }", "\"\"", "[]"})
    void keepsTheJsonOfAPlainBodyByteForByte(String json) {
        String frame = "{\"x\":\"\u00e9\u2603\",\"content-type\":\"application/json\",\"body\": " + json + " ,\"timestamp\":1}";

        assertThat(new String(event(StreamDialect.SMEE, frame).body(), StandardCharsets.UTF_8)).isEqualTo(json);
        assertThat(new String(event(StreamDialect.GOSMEE, frame).body(), StandardCharsets.UTF_8)).isEqualTo(json);
    }

    @Test
    void readsASmeeEventWithItsQuery() {
        Event event = event(StreamDialect.SMEE, "{\"host\":\"h\",\"x-multi\":\"a, b\",\"content-type\":\"application/json\","
                + "\"body\":{\"a\":1},\"query\":{\"x\":\"1 &2\",\"y\":[\"2\",\"3\"],\"z\":{\"q\":\"1\"}},\"timestamp\":1795311366125}");

        assertThat(event.query()).isEqualTo("x=1+%262&y=2&y=3");
        assertThat(event.time()).isEqualTo(Instant.ofEpochMilli(1795311366125L));
        assertThat(event.headers().first("x-multi")).contains("a, b");
        assertThat(event.key()).isEqualTo("c");
    }

    @Test
    void givesATextBodyOfSmeeBackAsText() {
        Event event = event(StreamDialect.SMEE, "{\"content-type\":\"text/plain\",\"body\":\"line\\n\u2603\"}");

        assertThat(event.body()).isEqualTo("line\n\u2603".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void callsAFormThatSmeeMadeJsonByItsName() {
        Event event = event(StreamDialect.SMEE,
                "{\"content-type\":\"application/x-www-form-urlencoded\",\"body\":{\"payload\":\"x\"}}");

        assertThat(event.contentType()).contains("application/json");
    }

    @Test
    void givesTheSameFrameTheSameIdAndAnotherFrameAnother() {
        String frame = "{\"bodyB\":\"e30=\",\"timestamp\":\"1\"}";

        assertThat(event(StreamDialect.GOSMEE, frame).id()).isEqualTo(event(StreamDialect.GOSMEE, frame).id())
                .isNotEqualTo(event(StreamDialect.GOSMEE, frame.replace("\"1\"", "\"2\"")).id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"message\":\"connected\"}", "{\"message\":\"ready\"}", "{}"})
    void takesTheOpeningFramesOfGosmeeForWhatTheyAre(String data) {
        assertThat(decode(StreamDialect.GOSMEE, "message", data)).isInstanceOf(StreamItem.Control.class);
    }

    @Test
    void doesNotMistakeAnEventThatSpeaksOfReadyForAnOpeningFrame() {
        assertThat(event(StreamDialect.GOSMEE, "{\"message\":\"ready\",\"bodyB\":\"\"}").body()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(StreamDialect.class)
    void passesOverNamedFramesThatAreNoEvents(StreamDialect dialect) {
        assertThat(decode(dialect, "ready", "{}")).isInstanceOf(StreamItem.Control.class);
        assertThat(decode(dialect, "ping", "{}")).isInstanceOf(StreamItem.Control.class);
        assertThat(decode(dialect, "gap", "{\"lost\":3}")).isEqualTo(new StreamItem.Gap("{\"lost\":3}"));
        assertThat(decode(dialect, "gosmee-gap", "{}")).isEqualTo(new StreamItem.Gap("{}"));
        assertThat(decode(dialect, "strange", "{}")).isInstanceOf(StreamItem.Unreadable.class);
    }

    @ParameterizedTest
    @EnumSource(StreamDialect.class)
    void answersRatherThanThrowsWhateverItIsGiven(StreamDialect dialect) {
        for (String bad : new String[] {"", "ready", "[]", "\"x\"", "{", "{\"bodyB\":\"%%%\"}", "{\"body\":", "{\"headers\":[[1]]}",
            "{\"id\":\"x\",\"data_base64\":5}", "{\"id\":null,\"data_base64\":\"\"}", "{\"headers\":{\"a\":\"b\"}}",
            "{\"encrypted\":true,\"version\":1,\"epk\":\"x\"}", "{\"body\":\"\\ud800", "[".repeat(5000), "\0"}) {
            assertThat(decode(dialect, "message", bad)).as(bad)
                    .isNotInstanceOf(StreamItem.Received.class).isNotNull();
        }
    }

    private static Event event(StreamDialect dialect, String data) {
        StreamItem item = decode(dialect, "message", data);
        assertThat(item).as(data).isInstanceOf(StreamItem.Received.class);
        return ((StreamItem.Received) item).event();
    }

    private static StreamItem decode(StreamDialect dialect, String name, String data) {
        return StreamDecoder.of(dialect, "c", CLOCK)
                .decode(new StreamMessage(name, data.getBytes(StandardCharsets.UTF_8), "", false));
    }
}
