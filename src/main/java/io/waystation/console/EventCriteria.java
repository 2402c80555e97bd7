package io.waystation.console;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

import io.waystation.event.Event;
import io.waystation.journal.EventFilter;
import io.waystation.journal.IndexEntry;

/**
 * Which events somebody asks for. In type and source an asterisk stands for any characters.
 *
 * @param channel only of this channel, or null
 * @param type pattern of types, or null
 * @param source pattern of sources, or null
 * @param verified only verified ones (true), only unverified ones (false), or null
 * @param since only appended at or after, or null
 * @param until only appended before, or null
 * @param text only with this text in one of their attributes, whatever its case, or null
 */
record EventCriteria(
        String channel, String type, String source, Boolean verified, Instant since, Instant until, String text) {

    /** Reads criteria from parameters of these names. */
    static EventCriteria read(Function<String, Optional<String>> parameters, Clock clock) {
        return new EventCriteria(
                parameters.apply("channel").orElse(null),
                parameters.apply("type").orElse(null),
                parameters.apply("source").orElse(null),
                parameters.apply("verified").map(EventCriteria::flag).orElse(null),
                ApiRequest.time("since", parameters.apply("since"), clock).orElse(null),
                ApiRequest.time("until", parameters.apply("until"), clock).orElse(null),
                parameters.apply("text").orElse(null));
    }

    private static Boolean flag(String text) {
        return switch (text) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            case "any" -> null;
            default -> throw ApiRequest.invalid("verified", "must be true, false or any");
        };
    }

    /** Whether nothing narrows the events down. */
    boolean isEverything() {
        return channel == null && type == null && source == null && verified == null && since == null && until == null
                && text == null;
    }

    /** What the log can filter by itself. */
    EventFilter filter() {
        return new EventFilter(only(type), only(source), only(channel), Boolean.TRUE.equals(verified));
    }

    private static List<String> only(String pattern) {
        return pattern == null ? List.of() : List.of(pattern);
    }

    /** Whether an event, and so every older one, lies before the time asked for. */
    boolean isOver(IndexEntry entry) {
        return since != null && entry.position().millis() < since.toEpochMilli();
    }

    /** Whether an event that passed the {@link #filter()} is asked for. */
    boolean matches(IndexEntry entry) {
        return (verified == null || verified != Event.UNVERIFIED.equals(entry.verified()))
                && (until == null || entry.position().millis() < until.toEpochMilli())
                && (text == null || contains(entry));
    }

    private boolean contains(IndexEntry entry) {
        String wanted = text.toLowerCase(Locale.ROOT);
        return Stream.of(entry.id(), entry.channel(), entry.source(), entry.type(), entry.subject(), entry.deliveryId())
                .anyMatch(value -> value != null && value.toLowerCase(Locale.ROOT).contains(wanted));
    }
}
