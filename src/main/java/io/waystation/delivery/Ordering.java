package io.waystation.delivery;

import java.util.Arrays;
import java.util.Locale;

/** Which deliveries of an endpoint wait for which. */
public enum Ordering {
    /** None: several are on their way at once, and one that fails lets the others pass. */
    NONE,
    /** Those of the same subject (of the same ordering key, where an event has none) arrive in the order of the log. */
    PER_KEY,
    /** All arrive in the order of the log. */
    STRICT;

    /** As it is written in the store, the API and the documents. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The ordering written so.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Ordering of(String text) {
        return Arrays.stream(values()).filter(ordering -> ordering.text().equals(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("ordering is none, per-key or strict, not '" + text + "'"));
    }
}
