package io.waystation.journal;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What a group tries again after a pause; once the group stops, nothing waits any longer. Thread-safe. */
final class GroupRetries {
    private final ScheduledExecutorService executor;
    private final Set<Retry> waiting = new HashSet<>();
    private boolean hurried;

    GroupRetries(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    /**
     * Runs a task later, on a thread that all groups share.
     *
     * @param task must not block
     */
    synchronized void after(long millis, Runnable task) {
        Retry retry = new Retry(task);
        waiting.add(retry);
        executor.schedule(retry, hurried ? 0 : millis, TimeUnit.MILLISECONDS);
    }

    /** Runs what waits, and all that comes later, without a pause. */
    synchronized void hurry() {
        hurried = true;
        waiting.forEach(executor::execute);
    }

    private synchronized boolean start(Retry retry) {
        return waiting.remove(retry);
    }

    /** Runs once, whether its time has come or it is hurried. */
    private final class Retry implements Runnable {
        private final Runnable task;

        private Retry(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (start(this)) {
                task.run();
            }
        }
    }
}
