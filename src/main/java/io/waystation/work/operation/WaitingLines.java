package io.waystation.work.operation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Log lines on their way to the store, bounded: when more come than the store takes, the oldest are dropped and counted.
 *
 * <p>Thread-safe.
 */
final class WaitingLines {
    private static final int MOST_BYTES = 1 << 20;

    private final int mostLines;
    private final int longest;
    private final Deque<Line> lines = new ArrayDeque<>();
    private long bytes;
    private long dropped;

    /**
     * No lines yet.
     *
     * @param mostLines lines kept
     * @param longest characters kept of each
     */
    WaitingLines(int mostLines, int longest) {
        this.mostLines = mostLines;
        this.longest = longest;
    }

    /** A line and when it came. */
    record Line(long millis, String text) {
    }

    /** Some lines, and how many were dropped before them. */
    record Batch(List<Line> lines, long dropped) {
        static final Batch EMPTY = new Batch(List.of(), 0);
    }

    /** Adds a text, line by line, with control characters made visible; a blank text is a blank line. */
    synchronized void add(String text, long millis) {
        for (String line : text.split("\\R", -1)) {
            String clean = line.replaceAll("[\\p{Cntrl}&&[^\t]]", "?");
            Line kept = new Line(millis, clean.length() <= longest ? clean : clean.substring(0, longest - 1) + "…");
            lines.add(kept);
            bytes += kept.text().length();
        }
        while (lines.size() > mostLines || bytes > MOST_BYTES) {
            bytes -= lines.remove().text().length();
            dropped++;
        }
    }

    /** Takes everything that waits. */
    synchronized Batch take() {
        Batch batch = new Batch(new ArrayList<>(lines), dropped);
        lines.clear();
        bytes = 0;
        dropped = 0;
        return batch;
    }

    /** Gives back what could not be stored. */
    synchronized void putBack(Batch batch) {
        dropped += batch.dropped();
        for (int i = batch.lines().size() - 1; i >= 0; i--) {
            lines.addFirst(batch.lines().get(i));
            bytes += batch.lines().get(i).text().length();
        }
    }

    synchronized boolean isEmpty() {
        return lines.isEmpty();
    }
}
