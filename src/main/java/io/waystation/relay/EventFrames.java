package io.waystation.relay;

import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.event.PositionedEvent;
import io.waystation.http.StreamFrame;

/** Makes the frames of events, and tells of those that cannot be made. Thread-safe. */
final class EventFrames {
    private static final Logger LOG = LoggerFactory.getLogger(EventFrames.class);

    private final long longest;
    private final RelayMetrics metrics;

    /** @param longest bytes of a frame, where a sender can make that many times as long as the event */
    EventFrames(long longest, RelayMetrics metrics) {
        this.longest = longest;
        this.metrics = metrics;
    }

    /** The frame of an event, or empty when clients of the encoding are told of a gap instead. */
    Optional<StreamFrame> of(PositionedEvent event, StreamEncoding encoding) {
        Optional<StreamFrame> frame = encoding.event(event, longest).map(StreamFrame::of);
        if (frame.isEmpty()) {
            metrics.withheld(encoding);
            LOG.warn("Clients of the {} stream of the channel {} are not given the event {} of {} bytes: its frame would be longer than"
                    + " waystation.relay.max-smee-frame, or have too many fields. It is kept, and the hub's own stream has it",
                    encoding.label(), event.event().channel(), event.position(), event.event().body().length);
        }
        return frame;
    }
}
