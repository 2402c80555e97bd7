package io.waystation.relay;

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

    /** Tells the client that events are gone for good. */
    byte[] gap(StreamGap gap);

    /** What keeps an idle connection alive. */
    byte[] heartbeat();
}
