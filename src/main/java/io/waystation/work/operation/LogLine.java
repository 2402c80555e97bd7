package io.waystation.work.operation;

import java.time.Instant;

/**
 * A line of an operation's log.
 *
 * @param line its number, from 1; numbers missing before the first one were dropped
 * @param time when it was written
 * @param text the line, without its end
 */
public record LogLine(long line, Instant time, String text) {
}
