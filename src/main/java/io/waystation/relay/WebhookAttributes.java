package io.waystation.relay;

import java.io.IOException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

import io.waystation.event.Event;
import io.waystation.event.Headers;

/**
 * Attributes of an event that came over a relay which gives none: read off its headers and body, to filter,
 * order and name it. Never trusted: such an event is always unverified.
 */
final class WebhookAttributes {
    /** Type of an event nothing is known about. */
    static final String UNKNOWN_TYPE = "io.waystation.webhook";

    /** Gitea and Forgejo send the headers of those before them too, so the order counts. */
    private static final List<Map.Entry<String, String>> EVENT_HEADERS = List.of(
            Map.entry("x-forgejo-event", "forgejo"), Map.entry("x-gitea-event", "gitea"),
            Map.entry("x-gitlab-event", "gitlab"), Map.entry("x-github-event", "github"),
            Map.entry("x-event-key", "bitbucket"));
    private static final int ID_HEX_DIGITS = 32;

    private String action;
    private String repository;
    private String ref;

    private WebhookAttributes() {
    }

    /**
     * Makes the event of a relayed webhook.
     *
     * @param frame the whole frame: its digest is the event's id, so that a frame sent twice is one event
     */
    static Event event(String channel, Headers headers, String query, byte[] body, String timestamp, Clock clock,
            byte[] frame) {
        WebhookAttributes found = new WebhookAttributes();
        found.readBody(body);
        String provider = null;
        String type = UNKNOWN_TYPE;
        for (Map.Entry<String, String> candidate : EVENT_HEADERS) {
            String name = headers.first(candidate.getKey()).orElse(null);
            if (name != null) {
                provider = candidate.getValue();
                type = "com." + provider + "." + word(name) + (found.action == null ? "" : "." + word(found.action));
                break;
            }
        }
        String source = provider == null || found.repository == null
                ? "/" + channel : "/" + provider + "/" + found.repository;
        return new Event(digest(channel, frame), channel, source, type, found.ref, time(timestamp, clock),
                source.equals("/" + channel) ? channel : source, Event.UNVERIFIED, null, null, "POST", "/" + channel,
                query, headers, body);
    }

    /** Lower case, words joined by underscores: {@code Merge Request Hook} becomes {@code merge_request_hook}. */
    private static String word(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
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

    private void readBody(byte[] body) {
        try (JsonParser parser = StreamDecoder.JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING && field.equals("action")) {
                    action = parser.getText();
                } else if (value == JsonToken.VALUE_STRING && field.equals("ref")) {
                    ref = parser.getText();
                } else if (value == JsonToken.START_OBJECT && (field.equals("repository") || field.equals("project"))) {
                    readRepository(parser);
                } else {
                    parser.skipChildren();
                }
            }
        } catch (IOException notJson) {
            // a body of another kind has no attributes to read
        }
    }

    private void readRepository(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.VALUE_STRING && (field.equals("full_name") || field.equals("path_with_namespace"))) {
                repository = parser.getText();
            } else {
                parser.skipChildren();
            }
        }
    }
}
