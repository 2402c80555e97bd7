package io.waystation.delivery;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * The header {@code Retry-After}: seconds, or an HTTP date.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3">RFC 9110, section 10.2.3</a>
 */
final class RetryAfter {
    private static final int MOST_DIGITS = 9;

    private RetryAfter() {
    }

    /** How long to wait, up to a longest time; empty when the header is absent or cannot be read. */
    static Optional<Duration> read(Optional<String> header, Instant now, Duration longest) {
        return header.map(String::trim).flatMap(text -> wait(text, now))
                .map(wait -> wait.compareTo(longest) > 0 ? longest : wait.isNegative() ? Duration.ZERO : wait);
    }

    private static Optional<Duration> wait(String text, Instant now) {
        if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text.length() > MOST_DIGITS ? "9".repeat(MOST_DIGITS) : text)));
        }
        try {
            return Optional.of(Duration.between(now, ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant()));
        } catch (DateTimeException unreadable) {
            return Optional.empty();
        }
    }
}
