package io.waystation.journal;

import java.util.ArrayList;
import java.util.List;

import io.waystation.event.EventBatch;
import io.waystation.event.PositionedEvent;

/** One read in progress: what it wants, what it has, how far it came. For one thread. */
final class ReadStep {
    private final long after;
    private final String channel;
    private final EventFilter filter;
    private final int limit;
    private final long maxBytes;
    private final long target;
    private final LowWater lowWater;
    private final List<PositionedEvent> events = new ArrayList<>();
    private long reached;
    private long bytes;
    private long lost;
    private boolean full;

    /**
     * Starts a read.
     *
     * @param channel the only channel wanted, or null for all that the filter accepts
     * @param target offset to read up to at most
     */
    ReadStep(long after, String channel, EventFilter filter, int limit, long maxBytes, long target,
            LowWater lowWater) {
        this.after = after;
        this.channel = channel;
        this.filter = filter;
        this.limit = limit;
        this.maxBytes = maxBytes;
        this.target = target;
        this.lowWater = lowWater;
        this.reached = after;
        this.full = limit <= 0;
    }

    String channel() {
        return channel;
    }

    EventFilter filter() {
        return filter;
    }

    long target() {
        return target;
    }

    long next() {
        return reached + 1;
    }

    boolean isDone() {
        return full || reached >= target;
    }

    /**
     * Everything up to an offset is deleted. Of a single channel only what its own mark says counts as lost, and nothing does to
     * who reads it from its start: that is the oldest event that is kept.
     */
    void startBehind(long deleted) {
        if (channel == null) {
            lostUpTo(Math.min(deleted, target));
            return;
        }
        long gone = Math.min(lowWater.of(channel), target);
        lost += reached == 0 ? 0 : Math.max(0, gone - reached);
        reached = Math.max(reached, Math.min(Math.max(gone, deleted), target));
    }

    boolean wants(long first, long last, String ofChannel) {
        return last > reached && (channel != null || filter.acceptsChannel(ofChannel)) && lowWater.of(ofChannel) < last;
    }

    /** Goes past a batch that is not wanted or expired; whether to go on. */
    boolean passOver(long first, long last, String ofChannel) {
        if (last <= reached) {
            return true;
        }
        gapBefore(first);
        long end = Math.min(last, target);
        if (filter.acceptsChannel(ofChannel) && lowWater.of(ofChannel) >= last) {
            lost += end - reached; // expired; when only one channel is read, since this read started
        }
        reached = end;
        return !isDone();
    }

    /** Takes what is wanted of a batch; whether to go on. */
    boolean take(Batch batch) {
        if (!wants(batch.first(), batch.last(), batch.channel()) || !batch.summary().mayMatch(filter)) {
            return passOver(batch.first(), batch.last(), batch.channel());
        }
        gapBefore(batch.first());
        int start = (int) Math.max(0, reached + 1 - batch.first());
        for (PositionedEvent event : batch.events().subList(start, batch.events().size())) {
            long offset = event.position().offset();
            if (offset > target) {
                break;
            }
            reached = offset;
            if (filter.accepts(event.event())) {
                events.add(event);
                bytes += event.event().weight();
                if (events.size() >= limit || bytes >= maxBytes) {
                    full = true;
                    break;
                }
            }
        }
        return !isDone();
    }

    /** A batch cannot be read; whether to go on. */
    boolean lost(long first, long last) {
        gapBefore(first);
        lostUpTo(Math.min(last, target));
        return !isDone();
    }

    void lostUpTo(long last) {
        if (last > reached) {
            lost += last - reached;
            reached = last;
        }
    }

    /** Nothing wanted stands between here and an offset; of all channels that means that something is missing. */
    void nothingMoreUpTo(long last) {
        long end = Math.min(last, target);
        if (channel == null) {
            lostUpTo(end);
        } else {
            reached = Math.max(reached, end);
        }
    }

    private void gapBefore(long first) {
        if (first > reached + 1) {
            nothingMoreUpTo(first - 1);
        }
    }

    EventBatch result() {
        return new EventBatch(after, Math.max(after, reached), List.copyOf(events), lost);
    }
}
