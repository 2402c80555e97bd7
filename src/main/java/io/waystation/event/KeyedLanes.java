package io.waystation.event;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks of different keys side by side and tasks of one key one after the other, in the order given.
 * A key that takes long holds one place and its own tasks, nobody else's.
 *
 * <p>Thread-safe. A task may end on another thread than it began on.
 */
public final class KeyedLanes {
    private static final Logger LOG = LoggerFactory.getLogger(KeyedLanes.class);

    private final int places;
    private final Executor executor;
    private final Map<String, Deque<Task>> waiting = new HashMap<>();
    private final Deque<String> ready = new ArrayDeque<>();
    private int running;
    private boolean stopped;

    /**
     * Lanes over an executor.
     *
     * @param places how many tasks run at once; with one, all tasks run in the order given, whatever their key
     * @param executor runs them; with at least as many threads as there are places
     */
    public KeyedLanes(int places, Executor executor) {
        this.places = places;
        this.executor = executor;
    }

    /** Queues a task behind the others of its key. */
    public void submit(String key, Task task) {
        String lane = places == 1 ? "" : key;
        synchronized (this) {
            Deque<Task> queue = waiting.get(lane);
            if (queue == null) {
                queue = new ArrayDeque<>(2);
                waiting.put(lane, queue);
                ready.add(lane);
            }
            queue.add(task);
        }
        start();
    }

    /** Queues tasks, in their order, before the others of their key. */
    public void submitFirst(String key, List<Task> tasks) {
        String lane = places == 1 ? "" : key;
        synchronized (this) {
            Deque<Task> queue = waiting.get(lane);
            if (queue == null) {
                queue = new ArrayDeque<>(tasks.size());
                waiting.put(lane, queue);
                ready.add(lane);
            }
            for (int i = tasks.size() - 1; i >= 0; i--) {
                queue.addFirst(tasks.get(i));
            }
        }
        start();
    }

    /** Forgets the tasks that have not started; those under way go on. */
    public synchronized void clear() {
        ready.forEach(waiting::remove);
        ready.clear();
        waiting.values().forEach(Deque::clear); // lanes under way, which go when they finish
    }

    /**
     * Starts nothing more and waits for what runs.
     *
     * @return whether everything ended in time
     */
    public synchronized boolean stop(Duration atMost) throws InterruptedException {
        stopped = true;
        long end = System.nanoTime() + atMost.toNanos();
        while (running > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    private void start() {
        while (true) {
            String lane;
            Task task;
            synchronized (this) {
                if (stopped || running == places || ready.isEmpty()) {
                    return;
                }
                lane = ready.poll();
                task = waiting.get(lane).poll();
                running++;
            }
            try {
                executor.execute(() -> task.run(() -> finished(lane)));
            } catch (RuntimeException | Error refused) { // no thread to be had: the task must not be stranded
                LOG.warn("A task could not be started and is tried again in a second", refused);
                takeBack(lane, task);
                CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS).execute(this::start);
                return;
            }
        }
    }

    private synchronized void takeBack(String lane, Task task) {
        running--;
        waiting.get(lane).addFirst(task);
        ready.addFirst(lane);
        notifyAll();
    }

    private void finished(String lane) {
        synchronized (this) {
            running--;
            if (waiting.get(lane).isEmpty()) {
                waiting.remove(lane);
            } else {
                ready.add(lane);
            }
            notifyAll();
        }
        start();
    }

    /** Something to run. */
    public interface Task {
        /** Runs; calls {@code done} exactly once when finished, now or later. */
        void run(Runnable done);
    }
}
