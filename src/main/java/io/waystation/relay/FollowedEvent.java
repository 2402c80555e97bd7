package io.waystation.relay;

import io.waystation.event.Event;

/**
 * An event that came in on a stream.
 *
 * @param streamId what to send as {@code Last-Event-ID} to go on behind it; empty when the stream has no ids
 * @param event the event
 */
public record FollowedEvent(String streamId, Event event) {
}
