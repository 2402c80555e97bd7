package io.waystation.event;

/**
 * An event and the place the log gave it.
 *
 * @param position where it stands in the log
 * @param event the event
 */
public record PositionedEvent(Position position, Event event) {
}
