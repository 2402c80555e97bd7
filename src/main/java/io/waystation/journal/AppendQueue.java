package io.waystation.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Events that wait for the writer, bounded in number and bytes. Many threads offer, one takes. */
final class AppendQueue {
    private final Queue<PendingAppend> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final int mostEvents;
    private final long mostBytes;
    private volatile Thread parked;
    private volatile boolean woken;

    AppendQueue(int mostEvents, long mostBytes) {
        this.mostEvents = mostEvents;
        this.mostBytes = mostBytes;
    }

    /** Adds an event unless the queue is full; one event always has room in an empty queue. */
    boolean offer(PendingAppend append) {
        int before = count.getAndIncrement();
        long bytesAfter = bytes.addAndGet(append.bytes());
        if (before > 0 && (before >= mostEvents || bytesAfter > mostBytes)) {
            count.decrementAndGet();
            bytes.addAndGet(-append.bytes());
            return false;
        }
        waiting.add(append);
        wakeIfParked();
        return true;
    }

    /**
     * Waits until something is there or {@link #wake} is called, and takes as much as one transaction may hold.
     *
     * @param events at most so many
     * @param size stop before the event that would pass this many bytes, but take one at least
     */
    List<PendingAppend> take(int events, long size) {
        while (waiting.isEmpty() && !woken) {
            parked = Thread.currentThread();
            if (waiting.isEmpty() && !woken) {
                LockSupport.park(this);
            }
            parked = null;
        }
        woken = false;
        List<PendingAppend> taken = new ArrayList<>(Math.min(events, 256));
        long total = 0;
        PendingAppend next;
        while (taken.size() < events && (next = waiting.peek()) != null
                && (taken.isEmpty() || total + next.bytes() <= size)) {
            waiting.poll();
            total += next.bytes();
            taken.add(next);
        }
        count.addAndGet(-taken.size());
        bytes.addAndGet(-total);
        return taken;
    }

    /** Makes the taker return, even with nothing. */
    void wake() {
        woken = true;
        wakeIfParked();
    }

    private void wakeIfParked() {
        Thread taker = parked;
        if (taker != null) {
            LockSupport.unpark(taker);
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int count() {
        return count.get();
    }

    long bytes() {
        return bytes.get();
    }
}
