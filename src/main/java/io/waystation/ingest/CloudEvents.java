package io.waystation.ingest;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.ingest.JsonFields.Wanted;

/**
 * Events whose sender names their type: CloudEvents over HTTP, binary or structured, and Standard Webhooks.
 *
 * <p>A sender may call its events anything but what only this hub may say: a type such as
 * {@code com.github.release.published} is a statement about who signed, so a claimed one starts with
 * {@code claimed.} and starts nothing that waits for the real one.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md">CloudEvents, HTTP binding</a>
 */
final class CloudEvents implements Classifier {
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final Wanted WANTED = Wanted.of("id", "source", "type", "subject");
    private static final Wanted TYPE = Wanted.of("type");

    @Override
    public EventAttributes classify(Headers headers, byte[] body) {
        if (headers.first("ce-type").isPresent()) {
            return attributes(header(headers, "ce-type"), header(headers, "ce-source"),
                    header(headers, "ce-subject"), header(headers, "ce-id"));
        }
        if (isStructured(headers)) {
            JsonFields fields = JsonFields.read(body, WANTED);
            return attributes(fields.get("type"), fields.get("source"), fields.get("subject"), fields.get("id"));
        }
        return new EventAttributes(Event.UNKNOWN_TYPE, null, null, null);
    }

    /** Standard Webhooks: the type is a field of the payload, the id a header. */
    static EventAttributes standardWebhooks(Headers headers, byte[] body) {
        String type = ownType(JsonFields.read(body, TYPE).get("type"));
        return new EventAttributes(type, null, null,
                Allowed.id(StandardWebhooksHeaders.id(headers).orElse(null)));
    }

    private static EventAttributes attributes(String type, String source, String subject, String id) {
        String origin = Allowed.uri(source);
        boolean claimed = origin != null && Provider.isSourceOfHub(origin);
        return new EventAttributes(
                ownType(type), claimed ? null : origin, Allowed.subject(subject),
                id == null || source == null ? null : Allowed.id(source + "#" + id));
    }

    private static String ownType(String text) {
        String type = Allowed.type(text);
        if (type == null) {
            return Event.UNKNOWN_TYPE;
        }
        return Provider.isTypeOfHub(type.toLowerCase(Locale.ROOT)) ? "claimed." + type : type;
    }

    private static boolean isStructured(Headers headers) {
        return headers.first("content-type")
                .map(type -> type.regionMatches(true, 0, STRUCTURED, 0, STRUCTURED.length())).orElse(false);
    }

    private static String header(Headers headers, String name) {
        String value = headers.first(name).orElse(null);
        try {
            return value == null ? null : URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return value;
        }
    }
}
