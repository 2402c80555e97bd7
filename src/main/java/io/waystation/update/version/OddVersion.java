package io.waystation.update.version;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says what is odd about a text that is no semantic version. */
final class OddVersion {
    private static final Pattern NUMBERS = Pattern.compile("\\d+(?:\\.\\d+)*");
    private static final Pattern STARTS_WITH_NUMBERS = Pattern.compile("(\\d+(?:\\.\\d+)*).*");
    private static final Pattern DATE = Pattern.compile(".*(?<!\\d)(?:19|20|21)\\d\\d[.-]\\d{1,2}(?:[.-]\\d{1,2})?.*");
    private static final Pattern LEADING_ZERO = Pattern.compile("(?:\\d+\\.){0,3}0\\d+.*");
    private static final Pattern COMPACT_DATE = Pattern.compile("(?:19|20|21)\\d\\d(?:0[1-9]|1[0-2])(?:[0-2]\\d|3[01])");
    private static final Pattern YEAR = Pattern.compile("(?:199\\d|20\\d\\d|21\\d\\d)");
    private static final int COMMIT_DIGITS = 40;

    private OddVersion() {
    }

    static boolean isYearOrDate(String number) {
        return YEAR.matcher(number).matches() || COMPACT_DATE.matcher(number).matches();
    }

    static VersionReading calendar(String text) {
        return new VersionReading.Refused(RefusalCode.CALENDAR_VERSION, RefName.printable(text)
                + " is a date, and a date is larger than any version number; set the scheme to calendar if upstream numbers this way");
    }

    static VersionReading odd(String text, String problem) {
        return new VersionReading.Refused(RefusalCode.ODD_VERSION, RefName.printable(text) + " " + problem);
    }

    /** The reason for a text that is not of the form major.minor.patch[-prerelease][+build]. */
    static VersionReading explain(String text, String bare) {
        Matcher leading = STARTS_WITH_NUMBERS.matcher(bare);
        String numbers = leading.matches() ? leading.group(1) : "";
        if (isYearOrDate(numbers.split("\\.", 2)[0]) || DATE.matcher(bare).matches()) {
            return calendar(text);
        }
        if (bare.length() >= COMMIT_DIGITS && NUMBERS.matcher(bare).matches()) {
            return odd(text, "is a long number, not a version");
        }
        if (LEADING_ZERO.matcher(bare).matches()) {
            return odd(text, "has a number with a leading zero");
        }
        int count = numbers.isEmpty() ? 0 : numbers.split("\\.").length;
        if (count == 0) {
            return odd(text, "does not begin with a number; does the tag pattern leave a prefix in?");
        }
        if (count != 3) {
            return odd(text, "has " + count + (count == 1 ? " number" : " numbers") + " where a semantic version has three");
        }
        return odd(text, "has something after its three numbers that is neither -prerelease nor +build");
    }
}
