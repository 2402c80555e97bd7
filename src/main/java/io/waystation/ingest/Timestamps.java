package io.waystation.ingest;

import java.time.Clock;
import java.time.Duration;

/** Signed times in unix seconds. */
final class Timestamps {
    private static final int MOST_DIGITS = 15;

    private Timestamps() {
    }

    /** Number of a text of digits only, or -1. */
    static long parse(String text) {
        if (text == null || text.isEmpty() || text.length() > MOST_DIGITS) {
            return -1;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(text);
    }

    /** Whether a time in seconds is near enough to the clock. */
    static boolean isWithin(long seconds, Duration window, Clock clock) {
        return isWithinMillis(seconds * 1000, window.plusMillis(999), clock); // seconds were cut off, not rounded
    }

    /** Whether a time in milliseconds is near enough to the clock. */
    static boolean isWithinMillis(long millis, Duration window, Clock clock) {
        return Math.abs(clock.millis() - millis) <= window.toMillis();
    }
}
