package io.waystation.relay;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;

/**
 * Bytes that all reads of history may hold together, given out in the order in which they were asked for, to small reads and to
 * large ones by themselves. An eighth is for small reads only: clients that are sent large events and do not take them, hold up
 * nobody whose events are small.
 *
 * <p>Nobody blocks: who has to wait is called back. One large read goes ahead whatever small ones hold, so that those do not keep
 * it waiting for ever: together they hold at most that one more than the budget. Thread-safe.
 */
final class HistoryBudget {
    /** Which share a read has. */
    enum Size { SMALL, LARGE }

    private static final int SHARE_OF_SMALL = 8;
    private static final int SMALL_READS = 32;

    private final long limit;
    private final Map<Size, Queue<Waiting>> queues = new EnumMap<>(Map.of(Size.SMALL, new ArrayDeque<>(), Size.LARGE, new ArrayDeque<>()));
    private final Map<Size, Long> used = new EnumMap<>(Map.of(Size.SMALL, 0L, Size.LARGE, 0L));

    HistoryBudget(long limit) {
        this.limit = limit;
    }

    /** Whether a read of so many bytes is a small one. */
    Size sizeOf(long bytes) {
        return bytes <= limit / SMALL_READS ? Size.SMALL : Size.LARGE;
    }

    /**
     * Takes bytes now, or later.
     *
     * @param size what the read was when it first took bytes
     * @param granted called when they were taken later
     * @return whether they were taken now
     */
    synchronized boolean take(long bytes, Size size, Runnable granted) {
        if (tryTake(bytes, size)) {
            return true;
        }
        queues.get(size).add(new Waiting(bytes, granted));
        return false;
    }

    /** Takes bytes now or not at all. */
    synchronized boolean tryTake(long bytes, Size size) {
        boolean taken = queues.get(size).isEmpty() && fits(bytes, size);
        if (taken) {
            used.merge(size, bytes, Long::sum);
        }
        return taken;
    }

    private boolean fits(long bytes, Size size) {
        long most = size == Size.SMALL ? limit : limit - limit / SHARE_OF_SMALL;
        return used.get(size) == 0 || used() + bytes <= most;
    }

    /** Gives bytes back; a negative number takes a few more without asking. */
    void give(long bytes, Size size) {
        Queue<Runnable> granted = new ArrayDeque<>();
        synchronized (this) {
            used.merge(size, -bytes, Long::sum);
            queues.forEach((waitingSize, queue) -> {
                while (!queue.isEmpty() && fits(queue.peek().bytes(), waitingSize)) {
                    Waiting next = queue.remove();
                    used.merge(waitingSize, next.bytes(), Long::sum);
                    granted.add(next.granted());
                }
            });
        }
        granted.forEach(Runnable::run);
    }

    /** Whether so much is left that something may be taken which nobody waits for yet. */
    synchronized boolean isRoomy() {
        return queues.values().stream().allMatch(Queue::isEmpty) && used() <= limit / 2;
    }

    synchronized long used() {
        return used.values().stream().mapToLong(Long::longValue).sum();
    }

    private record Waiting(long bytes, Runnable granted) {
    }
}
