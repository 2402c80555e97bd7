package io.waystation.console;

import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.waystation.event.Event;
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

    /** Whether an event is asked for, the channel and times included. */
    boolean matches(IndexEntry entry) {
        long millis = entry.position().millis();
        return (channel == null || channel.equals(entry.channel()))
                && (verified == null || verified != Event.UNVERIFIED.equals(entry.verified()))
                && (since == null || millis >= since.toEpochMilli())
                && (until == null || millis < until.toEpochMilli())
                && like(type, entry.type()) && like(source, entry.source())
                && (text == null || contains(entry));
    }

    private static boolean like(String pattern, String value) {
        if (pattern == null) {
            return true;
        }
        StringBuilder regex = new StringBuilder();
        for (String literal : pattern.split("\\*", -1)) {
            regex.append(regex.length() == 0 ? "" : ".*").append(Pattern.quote(literal));
        }
        return Pattern.matches(regex.toString(), value);
    }

    private boolean contains(IndexEntry entry) {
        String wanted = text.toLowerCase(Locale.ROOT);
        return Stream.of(entry.id(), entry.channel(), entry.source(), entry.type(), entry.subject(), entry.deliveryId())
                .anyMatch(value -> value != null && value.toLowerCase(Locale.ROOT).contains(wanted));
    }
}
