package io.waystation.relay;

import java.util.concurrent.atomic.AtomicReferenceArray;

import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.event.PositionedEvent;
import io.waystation.http.StreamFrame;

/**
 * An event with its frames: encoded when the first subscriber of an encoding needs it, then shared by all.
 *
 * <p>Thread-safe.
 */
final class RelayedEvent {
    private static final int OVERHEAD = 512;

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

    /** Estimated bytes held: the event, and one frame of it (Base64 makes it a third longer). */
    static long weigh(Event event) {
        long bytes = OVERHEAD + event.body().length;
        for (Headers.Header header : event.headers().entries()) {
            bytes += 64L + header.name().length() + header.value().length();
        }
        return bytes * 5 / 2;
    }
}
