package io.waystation.journal;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;

import io.waystation.event.Event;
import io.waystation.event.Headers;

/** Builds events for the tests of the log. */
final class Events {
    private String channel = "orders";
    private String type = "com.github.push";
    private String source = "/github/owner/repository";
    private String verified = "github-hmac:hub";
    private String deliveryId;
    private byte[] body = "{\"hello\":\"world\"}".getBytes(StandardCharsets.UTF_8);

    static Events event() {
        return new Events();
    }

    Events channel(String name) {
        channel = name;
        return this;
    }

    Events type(String name) {
        type = name;
        return this;
    }

    Events source(String name) {
        source = name;
        return this;
    }

    Events unverified() {
        verified = Event.UNVERIFIED;
        return this;
    }

    Events delivery(String id) {
        deliveryId = id;
        return this;
    }

    Events body(byte[] bytes) {
        body = bytes;
        return this;
    }

    Events randomBody(Random random, int size) {
        body = new byte[size];
        random.nextBytes(body);
        return this;
    }

    Event build() {
        return new Event(UUID.randomUUID().toString(), channel, source, type, "refs/heads/main",
                Instant.parse("2026-11-22T04:00:00.123456789Z"), source, verified, deliveryId, null, "POST",
                "/" + channel, "a=1&b=%20", Headers.of("content-type", "application/json", "x-twice", "1", "x-twice",
                        "zwei \u00e4\u20ac"), body);
    }
}
