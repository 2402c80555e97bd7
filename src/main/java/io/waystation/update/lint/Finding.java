package io.waystation.update.lint;

import java.util.Comparator;

/**
 * One thing to change.
 *
 * @param rule stable name of the rule, such as {@code status-of-existence}
 * @param severity whether updates cannot be relied on with it
 * @param file where, relative to the project
 * @param line where, from 1
 * @param subject task, variable or process it is about; empty for a whole file
 * @param message what is wrong and what comes of it
 * @param fix what to write instead
 */
public record Finding(String rule, Severity severity, String file, int line, String subject, String message, String fix)
        implements Comparable<Finding> {
    private static final Comparator<Finding> ORDER = Comparator.comparing(Finding::file).thenComparing(Finding::line)
            .thenComparing(Finding::rule).thenComparing(Finding::subject);

    /** How bad it is. */
    public enum Severity {
        /** Updates fail, do nothing or can be abused. */
        ERROR,
        /** Works today, and may not some day. */
        WARNING
    }

    @Override
    public int compareTo(Finding other) {
        return ORDER.compare(this, other);
    }
}
