package io.waystation.relay;

import java.util.Optional;

import io.waystation.event.Event;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;

/**
 * How events look on one kind of stream. The three kinds are incompatible on purpose: each client breaks
 * on frames meant for another.
 *
 * <p>Thread-safe and without state. Every frame ends with a blank line unless it is a comment, and no
 * content can add a line to it.
 */
sealed interface StreamEncoding permits GosmeeEncoding, SmeeEncoding, OwnEncoding {
    /** How many encodings there are. */
    int COUNT = 3;

    /** What clients wait before they connect again, sent in the first frame. */
    String RETRY = "retry: 1000\n";

    /** Number of this encoding, from 0: shared frames are kept by it. */
    int slot();

    /** Name used in metrics and logs. */
    String label();

    /**
     * First bytes of a stream.
     *
     * @param after position the stream starts behind
     */
    byte[] opening(Position after);

    /** One event. */
    byte[] event(PositionedEvent event);

    /**
     * One event, unless clients of this kind cannot be given it.
     *
     * @param longest bytes its frame may have, where a sender can make that many times as long as the event
     */
    default Optional<byte[]> event(PositionedEvent event, long longest) {
        return Optional.of(event(event));
    }

    /** Bytes it may take to make an event's frame, with the event: Base64 makes it a third longer. */
    default long memory(Event event) {
        return event.weight() * 5 / 2;
    }

    /** Tells the client that events are gone for good. */
    byte[] gap(StreamGap gap);

    /** What keeps an idle connection alive. */
    byte[] heartbeat();
}
