package io.waystation.journal;

import java.util.function.Predicate;
import java.util.regex.Pattern;

import io.waystation.event.Event;

/**
 * How a group reads the log.
 *
 * @param name name of the group; its position is kept under it
 * @param filter which events it wants
 * @param accept which of these it takes, asked before an exchange is made; null for all
 * @param concurrency so many keys at once
 * @param batch whether its route takes batches instead of single events
 * @param from where it starts when it is new: {@code tail}, {@code oldest} or a position
 * @param maxEvents so many events are read at once
 * @param linger how long a batch may wait for more events, milliseconds
 * @param window so many events may be begun and not yet committed, which is how many a crash repeats at most
 * @param batchAttempts how often a batch is tried before each of its events is tried alone; 0 for ever
 */
record GroupOptions(String name, EventFilter filter, Predicate<Event> accept, int concurrency, boolean batch,
        String from, int maxEvents, long linger, int window, int batchAttempts) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final int MOST_CONCURRENT = 256;
    private static final int MOST_EVENTS = 10_000;
    private static final int LARGEST_WINDOW = 1_000;
    private static final long LONGEST_LINGER = 60_000;

    GroupOptions {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a group's name is 1 to 128 letters, digits, dots, hyphens and underscores, not '" + name + "'");
        }
        if (concurrency < 1 || concurrency > MOST_CONCURRENT) {
            throw new IllegalArgumentException(
                    "concurrency of group '" + name + "' must be from 1 to " + MOST_CONCURRENT + ", not " + concurrency);
        }
        if (maxEvents < 1 || maxEvents > MOST_EVENTS) {
            throw new IllegalArgumentException(
                    "maxEvents of group '" + name + "' must be from 1 to " + MOST_EVENTS + ", not " + maxEvents);
        }
        if (window < 1 || window > LARGEST_WINDOW) {
            throw new IllegalArgumentException(
                    "window of group '" + name + "' must be from 1 to " + LARGEST_WINDOW + ", not " + window);
        }
        if (batchAttempts < 0) {
            throw new IllegalArgumentException(
                    "batchAttempts of group '" + name + "' must not be negative, but is " + batchAttempts);
        }
        if (linger < 0 || linger > LONGEST_LINGER) {
            throw new IllegalArgumentException(
                    "linger of group '" + name + "' must be from 0 to " + LONGEST_LINGER + " ms, not " + linger);
        }
    }
}
