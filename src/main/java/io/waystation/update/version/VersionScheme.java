package io.waystation.update.version;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a subsystem's upstream numbers its versions. */
public enum VersionScheme {
    /** Semantic Versioning 2.0.0, with or without a leading {@code v}. Dates are refused: they look newer than any version. */
    SEMVER {
        @Override
        VersionReading readSafe(String text) {
            String bare = text.startsWith("v") ? text.substring(1) : text;
            Matcher matcher = SEMANTIC.matcher(bare);
            if (!matcher.matches()) {
                return OddVersion.explain(text, bare);
            }
            if (OddVersion.isYearOrDate(matcher.group(1))) {
                return OddVersion.calendar(text);
            }
            if (tooLarge(matcher.group(1), matcher.group(2), matcher.group(3)) || tooLargePrerelease(matcher.group(4))) {
                return OddVersion.odd(text, "has a number of more than " + DIGITS + " digits");
            }
            return version(text, matcher.group(1), matcher.group(2), matcher.group(3), matcher.group(4));
        }
    },

    /** {@code 2025.12}, {@code 2025.12.1} or {@code 2025-12-01}, with a prerelease if there is one; ordered by the numbers. */
    CALENDAR {
        @Override
        VersionReading readSafe(String text) {
            Matcher matcher = DATED.matcher(text.startsWith("v") ? text.substring(1) : text);
            if (!matcher.matches() || !OddVersion.isYearOrDate(matcher.group(1)) || tooLargePrerelease(matcher.group(4))) {
                return OddVersion.odd(text, "is no calendar version such as 2025.12 or 2025.12.1");
            }
            String last = matcher.group(3) == null ? "0" : matcher.group(3);
            return version(text, matcher.group(1), matcher.group(2), last, matcher.group(4));
        }
    };

    private static final int DIGITS = 9; // what an int surely holds, and no version needs
    private static final String IDENTIFIER = "(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)";
    private static final String PRERELEASE = IDENTIFIER + "(?:\\." + IDENTIFIER + ")*";
    private static final Pattern SEMANTIC = Pattern.compile("(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)"
            + "(?:-(" + PRERELEASE + "))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?");
    private static final Pattern DATED = Pattern.compile("(\\d{4})[.-](\\d{1,2})(?:[.-](\\d{1,6}))?(?:-(" + PRERELEASE + "))?");
    private static final Pattern DOT = Pattern.compile("\\.");

    /**
     * Reads a text that may be anything.
     *
     * @param text what the tag pattern took out of a tag
     */
    public VersionReading read(String text) {
        return RefName.problem(text)
                .<VersionReading>map(problem -> new VersionReading.Refused(
                        RefusalCode.HOSTILE_REF, RefName.printable(text) + " " + problem))
                .orElseGet(() -> readSafe(text));
    }

    abstract VersionReading readSafe(String text);

    /** Whether a larger first number says that something may break: a new year does not. */
    public boolean hasMeaningfulNumbers() {
        return this == SEMVER;
    }

    private static VersionReading version(String text, String major, String minor, String patch, String prerelease) {
        int[] numbers = {Integer.parseInt(major), Integer.parseInt(minor), Integer.parseInt(patch)};
        return new VersionReading.Read(new Version(text, numbers, prerelease == null ? List.of() : List.of(DOT.split(prerelease))));
    }

    private static boolean tooLarge(String... numbers) {
        for (String number : numbers) {
            if (number.length() > DIGITS) {
                return true;
            }
        }
        return false;
    }

    /** Prerelease identifiers made of digits are compared as numbers too. */
    private static boolean tooLargePrerelease(String prerelease) {
        if (prerelease == null) {
            return false;
        }
        for (String identifier : DOT.split(prerelease)) {
            if (identifier.length() > DIGITS && identifier.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return true;
            }
        }
        return false;
    }
}
