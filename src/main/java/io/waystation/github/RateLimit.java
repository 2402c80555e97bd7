package io.waystation.github;

import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Remembers when GitHub asked to be left alone, so that nobody asks before.
 *
 * <p>Thread-safe. All requests of one client share one token, hence one limit.
 *
 * @see <a href="https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit">exceeding
 *     the rate limit</a>
 */
final class RateLimit {
    private static final Duration UNKNOWN = Duration.ofMinutes(1); // GitHub's advice where it names no time
    private static final Duration LONGEST = Duration.ofHours(2); // its limits are per hour; more is a mistake or worse

    private final Clock clock;
    private Instant closedUntil = Instant.MIN;

    RateLimit(Clock clock) {
        this.clock = clock;
    }

    /** When the limit opens again; empty while it is open. */
    synchronized Optional<Instant> closedUntil() {
        return closedUntil.isAfter(clock.instant()) ? Optional.of(closedUntil) : Optional.empty();
    }

    /**
     * Reads an answer.
     *
     * @return when to come back, if the answer is a refusal because of a limit
     */
    synchronized Optional<Instant> refused(int status, HttpHeaders headers, String body) {
        boolean usedUp = headers.firstValue("x-ratelimit-remaining").map("0"::equals).orElse(false);
        Optional<String> retryAfter = headers.firstValue("retry-after");
        boolean limited = status == 429 || status == 403 && (usedUp || retryAfter.isPresent() || body.contains("rate limit"));
        if (!limited) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Instant until = retryAfter.flatMap(value -> after(value, now))
                .or(() -> usedUp ? headers.firstValue("x-ratelimit-reset").flatMap(RateLimit::epoch) : Optional.empty())
                .filter(instant -> instant.isAfter(now))
                .orElse(now.plus(UNKNOWN));
        Instant latest = now.plus(LONGEST);
        Instant bounded = until.isAfter(latest) ? latest : until;
        if (bounded.isAfter(closedUntil)) {
            closedUntil = bounded;
        }
        return Optional.of(bounded);
    }

    private static Optional<Instant> after(String value, Instant now) {
        if (value.matches("\\d{1,9}")) {
            return Optional.of(now.plusSeconds(Long.parseLong(value)));
        }
        try {
            return Optional.of(ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        } catch (DateTimeParseException malformed) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> epoch(String value) {
        return value.matches("\\d{1,11}") ? Optional.of(Instant.ofEpochSecond(Long.parseLong(value))) : Optional.empty();
    }
}
