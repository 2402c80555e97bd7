package io.waystation.journal;

import java.util.Collection;
import java.util.TreeSet;

/**
 * What a group has committed: everything up to a low-water offset, and some offsets above it.
 *
 * @param lowWater every offset up to this one is done
 * @param finished offsets above it that are done too, as text: ranges of distances from the low-water offset,
 *     such as {@code 2-5,9}
 */
record GroupProgress(long lowWater, String finished) {
    static GroupProgress at(long offset) {
        return new GroupProgress(offset, "");
    }

    static GroupProgress of(long lowWater, Collection<Long> ascending) {
        StringBuilder text = new StringBuilder();
        long start = -1;
        long end = -1;
        for (long offset : ascending) {
            if (start >= 0 && offset == end + 1) {
                end = offset;
                continue;
            }
            appendRange(text, lowWater, start, end);
            start = offset;
            end = offset;
        }
        appendRange(text, lowWater, start, end);
        return new GroupProgress(lowWater, text.toString());
    }

    private static void appendRange(StringBuilder text, long lowWater, long start, long end) {
        if (start < 0) {
            return;
        }
        text.append(text.isEmpty() ? "" : ",").append(start - lowWater);
        if (end > start) {
            text.append('-').append(end - lowWater);
        }
    }

    /** Offsets above the low-water offset that are done. */
    TreeSet<Long> finishedOffsets() {
        TreeSet<Long> offsets = new TreeSet<>();
        for (String range : finished.isEmpty() ? new String[0] : finished.split(",")) {
            int dash = range.indexOf('-');
            long first = Long.parseLong(dash < 0 ? range : range.substring(0, dash));
            long last = dash < 0 ? first : Long.parseLong(range.substring(dash + 1));
            for (long distance = first; distance <= last; distance++) {
                offsets.add(lowWater + distance);
            }
        }
        return offsets;
    }
}
