package io.waystation.relay;

import java.util.Optional;
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
    private final EventFrames maker;
    private final AtomicReferenceArray<Optional<StreamFrame>> frames = new AtomicReferenceArray<>(StreamEncoding.COUNT);

    RelayedEvent(PositionedEvent event, EventFrames maker) {
        this.event = event;
        this.maker = maker;
    }

    long offset() {
        return event.position().offset();
    }

    PositionedEvent event() {
        return event;
    }

    /** Its frame, or empty when clients of the encoding cannot be given it. */
    Optional<StreamFrame> frame(StreamEncoding encoding) {
        Optional<StreamFrame> frame = frames.get(encoding.slot());
        return frame != null ? frame : encode(encoding);
    }

    private synchronized Optional<StreamFrame> encode(StreamEncoding encoding) {
        Optional<StreamFrame> frame = frames.get(encoding.slot());
        if (frame == null) {
            frame = maker.of(event, encoding);
            frames.set(encoding.slot(), frame);
        }
        return frame;
    }

    /** Bytes held for clients of one encoding, once its frame is made. */
    long weigh(StreamEncoding encoding) {
        return OVERHEAD + event.event().weight() + frame(encoding).map(StreamFrame::length).orElse(0);
    }

    /** Bytes it may take to make a frame for clients of one encoding. */
    static long weigh(Event event, StreamEncoding encoding) {
        return OVERHEAD + encoding.memory(event);
    }

    /** Bytes held when clients of every encoding share it: the event, and a frame of each. */
    static long weighShared(Event event) {
        return OVERHEAD + event.weight() * 6;
    }
}
