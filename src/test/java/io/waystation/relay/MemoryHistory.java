package io.waystation.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.waystation.event.EventBatch;
import io.waystation.event.EventHistory;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;

/** A log in memory whose oldest events can be deleted. */
final class MemoryHistory implements EventHistory {
    private final List<PositionedEvent> events = new ArrayList<>();
    private long deletedTo;
    private int reads;

    synchronized PositionedEvent add(String channel, int size) {
        PositionedEvent event = TestStreams.numbered(channel, events.size() + 1L, size);
        events.add(event);
        return event;
    }

    synchronized void deleteTo(long offset) {
        deletedTo = offset;
    }

    synchronized int reads() {
        return reads;
    }

    synchronized EventBatch all(long after, long last) {
        return new EventBatch(after, last, List.copyOf(events.subList((int) after, (int) last)), 0);
    }

    @Override
    public synchronized EventBatch read(String channel, long after, int limit, long maxBytes) {
        reads++;
        long lost = events.stream().filter(event -> event.position().offset() > after
                && event.position().offset() <= deletedTo && event.event().channel().equals(channel)).count();
        List<PositionedEvent> found = new ArrayList<>();
        long last = Math.max(after, deletedTo);
        long bytes = 0;
        while (last < events.size() && found.size() < limit && bytes < maxBytes) {
            PositionedEvent next = events.get((int) last++);
            if (next.event().channel().equals(channel)) {
                found.add(next);
                bytes += next.event().body().length;
            }
        }
        return new EventBatch(after, last, found, lost);
    }

    @Override
    public synchronized Optional<PositionedEvent> find(long offset) {
        return offset <= deletedTo || offset > events.size()
                ? Optional.empty() : Optional.of(events.get((int) offset - 1));
    }

    @Override
    public synchronized Position tail() {
        return events.isEmpty() ? Position.START : events.get(events.size() - 1).position();
    }
}
