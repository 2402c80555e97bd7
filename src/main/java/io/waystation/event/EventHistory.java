package io.waystation.event;

import java.util.Optional;

/**
 * Reads stored events of one channel back, for resume, replay and inspection.
 *
 * <p>Implementations are thread-safe and may block on disk: never call them on an event loop.
 */
public interface EventHistory {
    /**
     * Reads events of a channel in order.
     *
     * @param channel the channel
     * @param after offset to start behind
     * @param limit at most so many events
     * @param maxBytes stop after the event whose body passes this many bytes in all; at least one event is
     *     returned when there is one
     * @return the events, and how far the log was searched
     */
    EventBatch read(String channel, long after, int limit, long maxBytes);

    /** One event by its offset, unless it is gone. */
    Optional<PositionedEvent> find(long offset);

    /** Whether the log has an event with this position's offset that came at another time: the position is of another log. */
    default boolean isForeign(Position position) {
        return position.offset() > 0 && find(position.offset())
                .filter(stored -> stored.position().millis() != position.millis()).isPresent();
    }

    /** Position of the newest durable event, or {@link Position#START} when there is none. */
    Position tail();
}
