package io.waystation.relay;

import java.util.ArrayDeque;
import java.util.Iterator;

import io.waystation.event.PositionedEvent;

/**
 * The recent events of one channel, within a number of bytes, as a chain of nodes.
 *
 * <p>A subscriber keeps the node it wrote last and follows {@link Node#next()}; the chain is cut where events
 * were evicted, so a subscriber that stands still keeps nothing alive. Appending and evicting happen under
 * the ring's own lock; following the chain needs none.
 */
final class ChannelRing {
    private final ArrayDeque<Node> nodes = new ArrayDeque<>();
    private final EventFrames frames;
    private Node floor;
    private long bytes;

    /** An empty ring that covers what comes after an offset. */
    ChannelRing(long coversAfter, EventFrames frames) {
        this.frames = frames;
        floor = new Node(coversAfter, null, 0);
    }

    /** Appends an event that is newer than everything in the ring; returns by how many bytes the ring grew. */
    synchronized long append(PositionedEvent event, long limit) {
        long before = bytes;
        long weight = RelayedEvent.weighShared(event.event());
        Node node = new Node(event.position().offset(), new RelayedEvent(event, frames), weight);
        last().next = node;
        nodes.addLast(node);
        bytes += weight;
        trim(limit);
        return bytes - before;
    }

    /** Evicts the oldest events beyond a number of bytes; returns by how many bytes the ring shrank. */
    synchronized long shrink(long limit) {
        long before = bytes;
        trim(limit);
        return before - bytes;
    }

    private void trim(long limit) {
        while (bytes > limit) {
            Node oldest = nodes.removeFirst();
            bytes -= oldest.weight;
            floor.cut();
            floor = oldest;
            floor.event = null;
        }
    }

    /** Forgets everything and covers what comes after an offset; returns by how many bytes the ring shrank. */
    synchronized long reset(long coversAfter) {
        long before = bytes;
        floor.cut();
        nodes.forEach(Node::cut);
        nodes.clear();
        bytes = 0;
        floor = new Node(coversAfter, null, 0);
        return before;
    }

    /** The node a reader stands on that has everything up to an offset, or null when the ring starts later. */
    synchronized Node seek(long cursor) {
        if (cursor < floor.offset) {
            return null;
        }
        for (Iterator<Node> newestFirst = nodes.descendingIterator(); newestFirst.hasNext();) {
            Node node = newestFirst.next();
            if (node.offset <= cursor) {
                return node;
            }
        }
        return floor;
    }

    synchronized long bytes() {
        return bytes;
    }

    private Node last() {
        return nodes.isEmpty() ? floor : nodes.getLast();
    }

    /** One event of the ring, or the place where the ring starts. */
    static final class Node {
        private final long offset;
        private final long weight;
        private volatile RelayedEvent event;
        private volatile Node next;
        private volatile boolean cut;

        private Node(long offset, RelayedEvent event, long weight) {
            this.offset = offset;
            this.event = event;
            this.weight = weight;
        }

        long offset() {
            return offset;
        }

        /** The event, or null when it was evicted. */
        RelayedEvent event() {
            return event;
        }

        /** The following node; null at the end of the chain, which is the ring's end unless {@link #isCut}. */
        Node next() {
            return next;
        }

        /** Whether the chain ended here by eviction; to be read after {@link #next()} was null. */
        boolean isCut() {
            return cut;
        }

        private void cut() {
            cut = true;
            next = null;
            event = null;
        }
    }
}
