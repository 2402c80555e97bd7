package io.waystation.update.fleet;

import java.util.Arrays;
import java.util.Locale;

/** What a machine says about a version. */
public enum ReportState {
    /** It runs, and did so before: said when the hub of the machine starts, and once a day. */
    CURRENT,
    /** It was put in place and stood its soak. */
    UPDATED,
    /** It was put in place, was not well, and the one before is back. */
    ROLLED_BACK,
    /** It could not be put in place; the one before was never touched. */
    FAILED;

    /** Whether the version runs on that machine. */
    public boolean isGood() {
        return this == CURRENT || this == UPDATED;
    }

    /** As it is written in reports: lower-case words joined by dashes. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The state of this code.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static ReportState of(String code) {
        return Arrays.stream(values()).filter(state -> state.code().equals(code)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("has an unknown state"));
    }
}
