package io.waystation.journal;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

import io.waystation.event.Event;
import io.waystation.event.Headers;

/** Builds events for tests. */
public final class TestEvents {
    private final String id;
    private final String channel;
    private final String verified;
    private String source = "/github/nats-io/nats-server";
    private String type = "com.github.release.published";
    private String key = "k";
    private String deliveryId;
    private byte[] body = new byte[0];
    private Headers headers = Headers.of("content-type", "application/json");

    private TestEvents(String id, String channel, String verified) {
        this.id = id;
        this.channel = channel;
        this.verified = verified;
    }

    public static TestEvents verified(String id, String channel) {
        return new TestEvents(id, channel, "github-sha256:test");
    }

    public static TestEvents unverified(String id, String channel) {
        return new TestEvents(id, channel, Event.UNVERIFIED);
    }

    public TestEvents type(String value) {
        type = value;
        return this;
    }

    public TestEvents source(String value) {
        source = value;
        return this;
    }

    public TestEvents key(String value) {
        key = value;
        return this;
    }

    public TestEvents deliveryId(String value) {
        deliveryId = value;
        return this;
    }

    public TestEvents body(String value) {
        body = value.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    public TestEvents body(byte[] value) {
        body = value;
        return this;
    }

    public TestEvents headers(Headers value) {
        headers = value;
        return this;
    }

    public Event build() {
        return new Event(id, channel, source, type, null, Instant.ofEpochMilli(1_767_225_600_000L), key, verified,
                deliveryId, null, "POST", "/" + channel, null, headers, body);
    }
}
