package io.waystation.event;

import java.util.Optional;

/**
 * An event's place in the log, written {@code <append millis>-<offset>}; also the SSE {@code id:}.
 *
 * <p>Only the offset orders. The milliseconds never step back, so the text form also satisfies clients
 * that compare both numbers (gosmee and Redis stream ids).
 *
 * @param millis when the event was appended, milliseconds since the epoch, never before an earlier position
 * @param offset strictly increasing number of the event in this log, from 1; 0 is "before everything"
 */
public record Position(long millis, long offset) implements Comparable<Position> {
    /** Before the first event. */
    public static final Position START = new Position(0, 0);

    private static final int LONGEST_TEXT = 41;

    /**
     * Reads the text form.
     *
     * @return empty when the text is not two unsigned decimal numbers joined by a hyphen
     */
    public static Optional<Position> parse(String text) {
        if (text == null || text.length() > LONGEST_TEXT) {
            return Optional.empty();
        }
        int hyphen = text.indexOf('-');
        if (hyphen < 1 || hyphen == text.length() - 1 || !isDigits(text, 0, hyphen)
                || !isDigits(text, hyphen + 1, text.length())) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Position(
                    Long.parseLong(text, 0, hyphen, 10), Long.parseLong(text, hyphen + 1, text.length(), 10)));
        } catch (NumberFormatException tooLarge) {
            return Optional.empty();
        }
    }

    private static boolean isDigits(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(Position other) {
        return Long.compare(offset, other.offset);
    }

    @Override
    public String toString() {
        return millis + "-" + offset;
    }
}
