package io.waystation.journal;

import java.util.regex.Pattern;

/**
 * How a group reads the log.
 *
 * @param name name of the group; its position is kept under it
 * @param filter which events it wants
 * @param concurrency so many keys at once
 * @param batch whether its route takes batches instead of single events
 * @param from where it starts when it is new: {@code tail}, {@code oldest} or a position
 * @param maxEvents so many events are read at once
 * @param linger how long a batch may wait for more events, milliseconds
 */
record GroupOptions(String name, EventFilter filter, int concurrency, boolean batch, String from, int maxEvents,
        long linger) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final int MOST_CONCURRENT = 256;
    private static final int MOST_EVENTS = 10_000;
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
        if (linger < 0 || linger > LONGEST_LINGER) {
            throw new IllegalArgumentException(
                    "linger of group '" + name + "' must be from 0 to " + LONGEST_LINGER + " ms, not " + linger);
        }
    }
}
