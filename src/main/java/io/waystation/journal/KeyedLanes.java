package io.waystation.journal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs records of one key one after the other, and records of different keys side by side.
 *
 * <p>Thread-safe. A record may end on another thread than it began on; its key goes on when
 * {@link #ended} is called.
 */
final class KeyedLanes {
    private static final Logger LOG = LoggerFactory.getLogger(KeyedLanes.class);

    private final int concurrency;
    private final Executor executor;
    private final Consumer<GroupRecord> handler;
    private final Map<String, Queue<GroupRecord>> waiting = new HashMap<>();
    private final Deque<GroupRecord> ready = new ArrayDeque<>();
    private int running;
    private boolean stopped;

    KeyedLanes(int concurrency, Executor executor, Consumer<GroupRecord> handler) {
        this.concurrency = concurrency;
        this.executor = executor;
        this.handler = handler;
    }

    synchronized void submit(GroupRecord record) {
        Queue<GroupRecord> lane = waiting.get(record.key());
        if (lane != null) {
            lane.add(record);
            return;
        }
        waiting.put(record.key(), new ArrayDeque<>(2));
        ready.add(record);
        runReady();
    }

    synchronized void ended(GroupRecord record) {
        running--;
        GroupRecord next = waiting.get(record.key()).poll();
        if (next == null) {
            waiting.remove(record.key());
        } else {
            ready.add(next);
        }
        runReady();
        notifyAll();
    }

    private void runReady() {
        while (!stopped && running < concurrency && !ready.isEmpty()) {
            GroupRecord record = ready.poll();
            running++;
            try {
                executor.execute(() -> handler.accept(record));
            } catch (RuntimeException | Error refused) { // no thread to be had: the record must not be stranded
                LOG.warn("A record could not be started and is tried again in a second", refused);
                running--;
                ready.addFirst(record);
                CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS).execute(this::goOn);
                return;
            }
        }
    }

    private synchronized void goOn() {
        runReady();
    }

    /**
     * Starts nothing more and waits for what runs.
     *
     * @return whether everything ended in time
     */
    synchronized boolean stop(long atMostMillis) throws InterruptedException {
        stopped = true;
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(atMostMillis);
        while (running > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }
}
