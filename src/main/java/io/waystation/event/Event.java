package io.waystation.event;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One accepted webhook: CloudEvents attributes, what verified it, and the request exactly as it came.
 *
 * <p>Immutable and thread-safe as long as nobody writes to the {@link #body()} array, which is shared
 * and not copied because bodies may be 25 MiB.
 *
 * @param id unique id of this event, also the {@code Idempotency-Key} of its effects; never from the payload
 * @param channel named stream the event belongs to; also a relay address
 * @param source CloudEvents {@code source}, such as {@code /github/owner/repository}
 * @param type CloudEvents {@code type}, such as {@code com.github.release.published}
 * @param subject ref, tag or pull request number, or null
 * @param time when the hub accepted it
 * @param key orders the event: source and repository, else the channel
 * @param verified what verified it as {@code scheme:source}, or {@link #UNVERIFIED}
 * @param deliveryId the provider's delivery id, else the sender's {@code Idempotency-Key}, else null;
 *     set only on verified events, because only those are checked for duplicates
 * @param replayOf id of the event this one repeats, or null
 * @param method HTTP method
 * @param path path of the request, not decoded
 * @param query raw query string, or null
 * @param headers request headers that may travel on
 * @param body the exact bytes received
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md">CloudEvents 1.0.2</a>
 */
public record Event(
        String id,
        String channel,
        String source,
        String type,
        String subject,
        Instant time,
        String key,
        String verified,
        String deliveryId,
        String replayOf,
        String method,
        String path,
        String query,
        Headers headers,
        byte[] body) {

    /** Type of an event nothing is known about. */
    public static final String UNKNOWN_TYPE = "io.waystation.webhook";

    /** Value of {@link #verified()} when nothing vouches for the sender. */
    public static final String UNVERIFIED = "none";

    /** Checks that every attribute which must be there is there. */
    public Event {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(channel, "channel");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(verified, "verified");
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(headers, "headers");
        Objects.requireNonNull(body, "body");
    }

    /** Whether ingest could prove who sent this event. */
    public boolean isVerified() {
        return !UNVERIFIED.equals(verified);
    }

    /**
     * How much it is, wherever bytes are counted: the body, the names and values of the headers, and the attributes,
     * with one byte a character.
     */
    public long weight() {
        long weight = body.length;
        for (Headers.Header header : headers.entries()) {
            weight += header.name().length() + header.value().length();
        }
        return weight + length(id) + length(channel) + length(source) + length(type) + length(subject) + length(key)
                + length(verified) + length(deliveryId) + length(replayOf) + length(method) + length(path) + length(query);
    }

    private static int length(String attribute) {
        return attribute == null ? 0 : attribute.length();
    }

    /**
     * The same request once more, as a new event that names this one as {@link #replayOf()}. It has no delivery id, so
     * it is never taken for a repetition.
     *
     * @param newId id of the new event
     * @param into channel it goes to
     * @param now when it is sent again
     * @param trusted whether what was verified still counts; else it is unverified and ordered by its channel
     */
    public Event again(String newId, String into, Instant now, boolean trusted) {
        return new Event(newId, into, source, type, subject, now, !trusted || key.equals(channel) ? into : key,
                trusted ? verified : UNVERIFIED, null, id, method, path, query, headers, body);
    }

    /** Content type of the body, if the sender named one. */
    public Optional<String> contentType() {
        return headers.first("content-type");
    }
}
