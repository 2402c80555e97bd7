package io.waystation.work;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.waystation.settings.Durations;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;

/**
 * How long an item waits after each failed attempt, written such as {@code 10s, 1m, 10m x 3, 1h}; {@code none} or
 * nothing is no further attempt.
 *
 * @param waits wait after the first, second, ... failure; one more attempt than waits is made
 */
public record RetrySchedule(List<Duration> waits) {
    static final RetrySchedule NONE = new RetrySchedule(List.of());
    private static final Pattern PART = Pattern.compile("((?:\\d+(?:ms|[dhms])?)+)(?:\\s*x\\s*(\\d{1,4}))?");
    private static final int MOST = 1_000;

    /** Copies the waits. */
    public RetrySchedule {
        waits = List.copyOf(waits);
    }

    /**
     * Reads the schedule of a setting.
     *
     * @throws InvalidSettingException when it cannot be understood or has more than 1,000 waits
     */
    public static RetrySchedule of(Settings settings, String key) {
        try {
            return parse(settings.text(key).orElse(""));
        } catch (IllegalArgumentException malformed) {
            throw new InvalidSettingException(key, "cannot be used: " + malformed.getMessage());
        }
    }

    /**
     * Reads a schedule.
     *
     * @throws IllegalArgumentException when it cannot be understood or has more than 1,000 waits
     */
    static RetrySchedule parse(String text) {
        if (text == null || text.isBlank() || text.trim().equals("none")) {
            return NONE;
        }
        List<Duration> waits = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher matcher = PART.matcher(part.trim());
            if (!matcher.matches()) {
                throw malformed(text);
            }
            int times = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
            Duration wait = duration(matcher.group(1), text);
            for (int i = 0; i < times; i++) {
                waits.add(wait);
            }
        }
        if (waits.size() > MOST) {
            throw new IllegalArgumentException("a retry schedule has at most " + MOST + " waits: '" + text + "'");
        }
        return new RetrySchedule(waits);
    }

    private static Duration duration(String part, String text) {
        try {
            return Durations.parse(part);
        } catch (IllegalArgumentException e) {
            throw malformed(text);
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "a retry schedule is a list of waits with their units such as 10s, 1m, 10m x 3, 1h, or none; not '" + text + "'");
    }

    /** Wait after so many spent attempts, 1 for the first; empty when that was the last one. */
    Optional<Duration> after(int attempts) {
        return attempts >= 1 && attempts <= waits.size() ? Optional.of(waits.get(attempts - 1)) : Optional.empty();
    }
}
