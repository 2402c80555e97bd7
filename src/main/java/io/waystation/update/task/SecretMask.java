package io.waystation.update.task;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** Replaces secrets in a line by stars: the values it was given, and what looks like one. Immutable and thread-safe. */
final class SecretMask {
    private static final String STARS = "***";
    /** Shorter ones would turn ordinary words into stars. */
    private static final int SHORTEST = 6;
    private static final Pattern NAMES = Pattern.compile(
            "(?i).*(token|secret|passw|passphrase|credential|api_?key|private_?key|_key$|auth).*");
    private static final Pattern TOKENS = Pattern.compile(
            "\\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\\w{20,}|glpat-[\\w-]{16,}|xox[abpr]-[\\w-]{10,}|AKIA[0-9A-Z]{16})");
    private static final Pattern IN_ADDRESSES = Pattern.compile("(://)[^/\\s@]+@");
    private static final Pattern IN_HEADERS = Pattern.compile("(?i)(authorization:\\s*(?:bearer|basic|token)\\s+)[^\\s\"']+");

    private final List<String> values;

    SecretMask(Collection<String> secrets) {
        values = secrets.stream().flatMap(String::lines).map(String::strip).filter(line -> line.length() >= SHORTEST)
                .distinct().sorted(Comparator.comparingInt(String::length).reversed()).toList();
    }

    /** Whether a variable of this name holds a secret. */
    static boolean isSecret(String variable) {
        return NAMES.matcher(variable).matches();
    }

    String apply(String line) {
        String masked = line;
        for (String value : values) {
            masked = masked.replace(value, STARS);
        }
        masked = TOKENS.matcher(masked).replaceAll(STARS);
        masked = IN_ADDRESSES.matcher(masked).replaceAll("$1" + STARS + "@");
        return IN_HEADERS.matcher(masked).replaceAll("$1" + STARS);
    }
}
