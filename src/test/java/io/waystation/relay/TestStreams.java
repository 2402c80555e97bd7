package io.waystation.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;

/** What the tests of this room have in common. */
final class TestStreams {
    static final long MILLIS = 1_795_312_128_433L;

    private TestStreams() {
    }

    static Event event(String channel, Headers headers, String query, byte[] body) {
        return new Event("id-1", channel, "/github/acme/site", "com.github.push", "refs/heads/main",
                Instant.ofEpochMilli(MILLIS), "acme/site", Event.UNVERIFIED, null, null, "POST", "/" + channel, query,
                headers, body);
    }

    static PositionedEvent positioned(long offset, Event event) {
        return new PositionedEvent(new Position(MILLIS, offset), event);
    }

    static PositionedEvent numbered(String channel, long offset, int size) {
        String text = "{\"n\":" + offset + ",\"pad\":\"" + "x".repeat(size) + "\"}";
        return positioned(offset, event(channel, Headers.of("content-type", "application/json"), null,
                text.getBytes(StandardCharsets.UTF_8)));
    }

    static RelaySettings settings(long ringBytes, long ringTotal) {
        return new RelaySettings(ringBytes, ringTotal, Duration.ofMinutes(2), Duration.ofSeconds(25),
                Duration.ofSeconds(30), 2, 3, 4_000, Duration.ofSeconds(10), "*", 64 << 20, 40 << 20);
    }

    static RelayMetrics metrics() {
        return new RelayMetrics(new SimpleMeterRegistry());
    }

    static void parse(byte[] stream, Consumer<StreamMessage> messages) {
        EventStreamParser parser = new EventStreamParser(EventStreamParser.DEFAULT_MAX_BYTES,
                new EventStreamParser.Listener() {
                    @Override
                    public void message(StreamMessage message) {
                        messages.accept(message);
                    }

                    @Override
                    public void retry(Duration delay) {
                        // not looked at
                    }
                });
        parser.feed(ByteBuffer.wrap(stream));
    }
}
