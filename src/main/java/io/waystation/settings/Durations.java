package io.waystation.settings;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads durations as people write them: {@code 500ms}, {@code 30s}, {@code 7d}, {@code 1h30m}, and {@code 0} for none. Any other
 * number needs its unit: who writes 7 means days, seconds or milliseconds, and events are deleted by it.
 *
 * <p>Camel's own reading takes any text with an {@code s} for seconds, and answers {@code soon} with an index out of bounds.
 */
public final class Durations {
    private static final Pattern UNITS = Pattern.compile(
            "(?:(\\d{1,9})d)?\\s*(?:(\\d{1,9})h)?\\s*(?:(\\d{1,9})m(?!s))?\\s*(?:(\\d{1,9})s)?\\s*(?:(\\d{1,15})ms)?");

    private Durations() {
    }

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException when the text is none; the message is the rest of a sentence that starts with its name
     */
    public static Duration parse(String text) {
        String stripped = text.strip();
        if (stripped.equals("0")) {
            return Duration.ZERO;
        }
        Matcher units = UNITS.matcher(stripped);
        if (stripped.isEmpty() || !units.matches()) {
            throw new IllegalArgumentException("must be a duration with its unit (ms, s, m, h, d), such as 30s, 5m or 7d, not '" + text + "'");
        }
        return Duration.ofDays(number(units, 1)).plusHours(number(units, 2)).plusMinutes(number(units, 3))
                .plusSeconds(number(units, 4)).plusMillis(number(units, 5));
    }

    private static long number(Matcher units, int group) {
        return units.group(group) == null ? 0 : Long.parseLong(units.group(group));
    }
}
