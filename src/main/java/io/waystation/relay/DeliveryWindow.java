package io.waystation.relay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Events taken from a stream and not yet done with, in the order received. The stream's position moves only
 * over events that are done and have nothing undone before them. Thread-safe.
 */
final class DeliveryWindow {
    private final int mostEvents;
    private final long mostBytes;
    private final Consumer<String> reached;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private long bytes;
    private boolean closed;

    /**
     * An empty window.
     *
     * @param mostEvents how many events it holds
     * @param mostBytes how many bytes of events it holds; one event always fits
     * @param reached told each position reached, in order, while the window is locked: it must not block
     */
    DeliveryWindow(int mostEvents, long mostBytes, Consumer<String> reached) {
        this.mostEvents = mostEvents;
        this.mostBytes = mostBytes;
        this.reached = reached;
    }

    /**
     * Takes an event in; waits while there is no room.
     *
     * @return its place, to be marked done; null when the window was closed
     */
    synchronized Entry add(String streamId, long size) throws InterruptedException {
        while (!closed && !entries.isEmpty() && (entries.size() >= mostEvents || bytes + size > mostBytes)) {
            wait();
        }
        if (closed) {
            return null;
        }
        Entry entry = new Entry(streamId, size);
        entries.add(entry);
        bytes += size;
        return entry;
    }

    /** Notes a position that no event belongs to. */
    synchronized void pass(String streamId) {
        if (!closed) {
            Entry entry = new Entry(streamId, 0);
            entries.add(entry);
            done(entry);
        }
    }

    /** Marks an event as done. */
    synchronized void done(Entry entry) {
        entry.done = true;
        String position = "";
        while (!entries.isEmpty() && entries.peek().done) {
            Entry first = entries.poll();
            bytes -= first.size;
            position = first.streamId.isEmpty() ? position : first.streamId;
        }
        if (!position.isEmpty()) {
            reached.accept(position);
        }
        notifyAll();
    }

    /** How many events are not done. */
    synchronized int size() {
        return entries.size();
    }

    /** Takes nothing more in; what is under way may still be marked done. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Place of an event in the window. */
    static final class Entry {
        private final String streamId;
        private final long size;
        private boolean done;

        private Entry(String streamId, long size) {
            this.streamId = streamId;
            this.size = size;
        }
    }
}
