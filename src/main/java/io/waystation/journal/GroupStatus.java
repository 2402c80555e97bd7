package io.waystation.journal;

import java.time.Instant;

/**
 * Where a group stands.
 *
 * @param name the group
 * @param lowWater everything up to this offset is done
 * @param lag how many offsets lie between that and the tail of the log
 * @param deadLetters how many of its records failed and are kept
 * @param running whether a route of this hub consumes it now
 * @param updated when it last committed
 */
public record GroupStatus(String name, long lowWater, long lag, long deadLetters, boolean running, Instant updated) {
}
