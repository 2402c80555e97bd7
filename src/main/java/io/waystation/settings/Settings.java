package io.waystation.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.camel.CamelContext;

/**
 * Reads settings by key and turns them into typed values; a bad value stops the start with the key in
 * the message.
 *
 * <p>Thread-safe when its source is. Values are read when asked, so tests may pass a plain map.
 */
public final class Settings {
    private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*(B|KiB|MiB|GiB)|0");
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");
    private static final Map<String, Long> UNITS =
            Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private final Function<String, Optional<String>> source;

    private Settings(Function<String, Optional<String>> source) {
        this.source = source;
    }

    /** Settings of a Camel application: {@code application.properties}, environment and system properties. */
    public static Settings of(CamelContext context) {
        return new Settings(key -> context.getPropertiesComponent().resolveProperty(key));
    }

    /** Settings from a map, for tests. */
    public static Settings of(Map<String, String> values) {
        return new Settings(key -> Optional.ofNullable(values.get(key)));
    }

    /** Text of a setting, or empty when it is absent or blank. */
    public Optional<String> text(String key) {
        return source.apply(key).map(String::trim).filter(value -> !value.isEmpty());
    }

    /** Text of a setting that must be there. */
    public String required(String key) {
        return text(key).orElseThrow(() -> new InvalidSettingException(key, "is not set"));
    }

    /** Comma-separated values; empty list when absent. */
    public List<String> list(String key) {
        return text(key)
                .map(value -> Arrays.stream(value.split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList())
                .orElse(List.of());
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String key) {
        String value = required(key).toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            throw new InvalidSettingException(key, "must be true or false, not '" + value + "'");
        }
        return value.equals("true");
    }

    /** Whole number within bounds. */
    public int number(String key, int least, int most) {
        String value = required(key);
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // answered below, with the bounds
        }
        throw new InvalidSettingException(
                key, "must be a whole number from " + least + " to " + most + ", not '" + value + "'");
    }

    /** Number that may have a fraction, such as {@code 0.5}, from 0 to a most. */
    public double decimal(String key, double most) {
        String value = required(key);
        if (DECIMAL.matcher(value).matches() && Double.parseDouble(value) <= most) {
            return Double.parseDouble(value);
        }
        throw new InvalidSettingException(key, "must be a number such as 20 or 0.5, at most " + (long) most + ", not '" + value + "'");
    }

    /** Duration such as {@code 500ms}, {@code 30s}, {@code 7d} or {@code 1h30m}; only 0 needs no unit. */
    public Duration duration(String key) {
        String value = required(key);
        try {
            return Durations.parse(value);
        } catch (IllegalArgumentException bad) {
            throw new InvalidSettingException(key, bad.getMessage());
        }
    }

    /** Duration of at least so long. */
    public Duration duration(String key, Duration least) {
        Duration duration = duration(key);
        if (duration.compareTo(least) < 0) {
            throw new InvalidSettingException(key, "must be at least " + least.toSeconds() + "s, not '" + required(key) + "'");
        }
        return duration;
    }

    /** A duration that is longer than nothing. */
    public Duration positive(String key) {
        Duration duration = duration(key);
        if (duration.isZero()) {
            throw new InvalidSettingException(key, "must be longer than nothing");
        }
        return duration;
    }

    /** Size in bytes such as {@code 25MiB} or {@code 100B}; only 0 needs no unit. */
    public long bytes(String key) {
        String value = required(key);
        Matcher matcher = SIZE.matcher(value);
        if (!matcher.matches()) {
            throw new InvalidSettingException(key, "must be a size with its unit (B, KiB, MiB, GiB), such as 64KiB or 25MiB, not '" + value + "'");
        }
        if (matcher.group(2) == null) {
            return 0;
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), UNITS.get(matcher.group(2)));
        } catch (ArithmeticException | NumberFormatException tooLarge) {
            throw new InvalidSettingException(key, "must be at most " + Long.MAX_VALUE + " bytes, not '" + value + "'");
        }
    }

    /** A size as it is written in settings, with the largest unit that says it exactly. */
    public static String size(long bytes) {
        String unit = UNITS.entrySet().stream().filter(each -> bytes > 0 && bytes % each.getValue() == 0)
                .max(Map.Entry.comparingByValue()).map(Map.Entry::getKey).orElse("B");
        return bytes / UNITS.get(unit) + unit;
    }

    /** Size in bytes of at least so many MiB. */
    public long bytes(String key, int leastMebibytes) {
        long bytes = bytes(key);
        if (bytes < (long) leastMebibytes << 20) {
            throw new InvalidSettingException(key, "must be at least " + leastMebibytes + "MiB, not '" + required(key) + "'");
        }
        return bytes;
    }

    /** Path; relative paths are below the working directory. */
    public Path path(String key) {
        return Path.of(required(key)).toAbsolutePath().normalize();
    }
}
