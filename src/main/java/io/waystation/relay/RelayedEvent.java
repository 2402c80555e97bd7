package io.waystation.relay;

import java.util.concurrent.atomic.AtomicReferenceArray;

import io.waystation.event.Event;
import io.waystation.event.PositionedEvent;
import io.waystation.http.StreamFrame;

/**
 * An event with its frames: encoded when the first subscriber of an encoding needs it, then shared by all.
 *
 * <p>Thread-safe.
 */
final class RelayedEvent {
    private static final int OVERHEAD = 1_024;

    private final PositionedEvent event;
    private final AtomicReferenceArray<StreamFrame> frames = new AtomicReferenceArray<>(StreamEncoding.COUNT);

    RelayedEvent(PositionedEvent event) {
        this.event = event;
    }

    long offset() {
        return event.position().offset();
    }

    PositionedEvent event() {
        return event;
    }

    StreamFrame frame(StreamEncoding encoding) {
        StreamFrame frame = frames.get(encoding.slot());
        return frame != null ? frame : encode(encoding);
    }

    private synchronized StreamFrame encode(StreamEncoding encoding) {
        StreamFrame frame = frames.get(encoding.slot());
        if (frame == null) {
            frame = StreamFrame.of(encoding.event(event));
            frames.set(encoding.slot(), frame);
        }
        return frame;
    }

    /** Bytes held for one client: the event, and a frame of it (Base64 makes it a third longer). */
    static long weigh(Event event) {
        return OVERHEAD + event.weight() * 5 / 2;
    }

    /** Bytes held when clients of every encoding share it: the event, and a frame of each. */
    static long weighShared(Event event) {
        return OVERHEAD + event.weight() * 6;
    }
}
