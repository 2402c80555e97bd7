package io.waystation.relay;

import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;

import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.ingest.EventAttributes;

/**
 * Attributes of an event that came over a relay which gives none: read off its headers and body as a hub does, to filter,
 * order and name it. Never trusted: such an event is always unverified.
 */
final class WebhookAttributes {
    private static final int ID_HEX_DIGITS = 32;

    private WebhookAttributes() {
    }

    /**
     * Makes the event of a relayed webhook.
     *
     * @param frame the whole frame: its digest is the event's id, so that a frame sent twice is one event
     */
    static Event event(String channel, Headers headers, String query, byte[] body, String timestamp, Clock clock,
            byte[] frame) {
        EventAttributes claimed = EventAttributes.claimed(headers, body);
        String origin = claimed.source();
        return new Event(digest(channel, frame), channel, origin == null ? "/" + channel : origin, claimed.type(),
                claimed.subject(), time(timestamp, clock), origin == null ? channel : origin, Event.UNVERIFIED, null, null,
                "POST", "/" + channel, query, headers, body);
    }

    private static Instant time(String millis, Clock clock) {
        try {
            return millis == null ? clock.instant() : Instant.ofEpochMilli(Long.parseLong(millis));
        } catch (NumberFormatException notMillis) {
            return clock.instant();
        }
    }

    private static String digest(String channel, byte[] frame) {
        MessageDigest sha256 = DigestUtils.updateDigest(DigestUtils.getSha256Digest(), channel + '\0');
        return Hex.encodeHexString(sha256.digest(frame)).substring(0, ID_HEX_DIGITS);
    }
}
