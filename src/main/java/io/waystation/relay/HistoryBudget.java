package io.waystation.relay;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Bytes that all reads of history may hold together, given out in the order in which they were asked for.
 *
 * <p>Nobody blocks: who has to wait is called back. Something larger than the whole budget is let through alone.
 * Thread-safe.
 */
final class HistoryBudget {
    private final long limit;
    private final Queue<Waiting> queue = new ArrayDeque<>();
    private long used;

    HistoryBudget(long limit) {
        this.limit = limit;
    }

    /**
     * Takes bytes now, or later.
     *
     * @param granted called when they were taken later
     * @return whether they were taken now
     */
    synchronized boolean take(long bytes, Runnable granted) {
        if (tryTake(bytes)) {
            return true;
        }
        queue.add(new Waiting(bytes, granted));
        return false;
    }

    /** Takes bytes now or not at all. */
    synchronized boolean tryTake(long bytes) {
        boolean taken = queue.isEmpty() && fits(bytes);
        if (taken) {
            used += bytes;
        }
        return taken;
    }

    private boolean fits(long bytes) {
        return used == 0 || used + bytes <= limit;
    }

    /** Gives bytes back; a negative number takes a few more without asking. */
    void give(long bytes) {
        Queue<Runnable> granted = new ArrayDeque<>();
        synchronized (this) {
            used -= bytes;
            while (!queue.isEmpty() && fits(queue.peek().bytes())) {
                Waiting next = queue.remove();
                used += next.bytes();
                granted.add(next.granted());
            }
        }
        granted.forEach(Runnable::run);
    }

    /** Whether so much is left that something may be taken which nobody waits for yet. */
    synchronized boolean isRoomy() {
        return queue.isEmpty() && used <= limit / 2;
    }

    synchronized long used() {
        return used;
    }

    private record Waiting(long bytes, Runnable granted) {
    }
}
