package io.waystation.http;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The bounded pool that runs every route that may block; virtual threads where the JDK has them.
 *
 * <p>Refuses with {@link RejectedExecutionException} when all threads are busy and the queue is full.
 */
final class WorkPool implements Executor, AutoCloseable {
    private static final String NAME = "http-pool-";

    private final ThreadPoolExecutor threads;

    WorkPool(int size, int queue) {
        BlockingQueue<Runnable> waiting = queue == 0 ? new SynchronousQueue<>() : new LinkedBlockingQueue<>(queue);
        // with a bounded queue the pool grows to its core size only, so core and largest size are the same
        threads = new ThreadPoolExecutor(size, size, 30, TimeUnit.SECONDS, waiting, threadFactory());
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    int active() {
        return threads.getActiveCount();
    }

    int waiting() {
        return threads.getQueue().size();
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private static ThreadFactory threadFactory() {
        try {
            // Thread.ofVirtual().name(NAME, 0).factory() of Java 21, which Java 17 cannot name
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            builder = type.getMethod("name", String.class, long.class).invoke(builder, NAME, 0L);
            return (ThreadFactory) type.getMethod("factory").invoke(builder);
        } catch (ReflectiveOperationException olderJava) {
            AtomicInteger count = new AtomicInteger();
            return task -> {
                Thread thread = new Thread(task, NAME + count.getAndIncrement());
                thread.setDaemon(true);
                return thread;
            };
        }
    }
}
