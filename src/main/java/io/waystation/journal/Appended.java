package io.waystation.journal;

import io.waystation.event.Position;

/**
 * What became of an appended event; it is on disk when this exists.
 *
 * @param position where the event stands, or where the first event with the same delivery id stands
 * @param duplicate whether the log held that delivery id already, so nothing was written
 */
public record Appended(Position position, boolean duplicate) {
}
