package io.waystation.relay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Runs tasks of different keys side by side and tasks of one key one after the other, in the order given.
 * A key that takes long holds one place and its own tasks, nobody else's. Thread-safe.
 */
final class KeyedLanes {
    private final int places;
    private final Executor executor;
    private final Map<String, Deque<Task>> waiting = new HashMap<>();
    private final Deque<String> ready = new ArrayDeque<>();
    private int running;

    /**
     * Lanes over an executor.
     *
     * @param places how many tasks run at once; with one, all tasks run in the order given, whatever their key
     * @param executor runs them; with at least as many threads as there are places
     */
    KeyedLanes(int places, Executor executor) {
        this.places = places;
        this.executor = executor;
    }

    /** Queues a task behind the others of its key. */
    void submit(String key, Task task) {
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

    /** Forgets the tasks that have not started; those under way go on. */
    synchronized void clear() {
        ready.forEach(waiting::remove);
        ready.clear();
        waiting.values().forEach(Deque::clear); // lanes under way, which go when they finish
    }

    private void start() {
        while (true) {
            String lane;
            Task task;
            synchronized (this) {
                if (running == places || ready.isEmpty()) {
                    return;
                }
                lane = ready.poll();
                task = waiting.get(lane).poll();
                running++;
            }
            executor.execute(() -> task.run(() -> finished(lane)));
        }
    }

    private void finished(String lane) {
        synchronized (this) {
            running--;
            if (waiting.get(lane).isEmpty()) {
                waiting.remove(lane);
            } else {
                ready.add(lane);
            }
        }
        start();
    }

    /** Something to run. */
    interface Task {
        /** Runs; calls {@code done} exactly once when finished, now or later. */
        void run(Runnable done);
    }
}
