package io.waystation.journal;

import java.util.List;

import io.waystation.event.Event;
import io.waystation.event.PositionedEvent;

/**
 * Events of one channel with adjoining offsets, decoded and shared by all readers.
 *
 * @param first offset of the first event
 * @param channel channel of all of them
 * @param summary what is in it
 * @param events the events, at least one
 * @param bytes estimate of the memory it takes
 */
record Batch(long first, String channel, BatchSummary summary, List<PositionedEvent> events, long bytes) {
    private static final long EVENT_OVERHEAD = 600;
    private static final long HEADER_OVERHEAD = 96;

    static Batch of(String channel, BatchSummary summary, List<PositionedEvent> events) {
        long bytes = 0;
        for (PositionedEvent event : events) {
            bytes += weight(event.event());
        }
        return new Batch(events.get(0).position().offset(), channel, summary, events, bytes);
    }

    long last() {
        return first + events.size() - 1;
    }

    static long weight(Event event) {
        return EVENT_OVERHEAD + HEADER_OVERHEAD * event.headers().entries().size() + event.weight();
    }
}
