package io.waystation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes: takes whatever works are waiting, runs each in a savepoint, commits once.
 *
 * <p>A group ends after {@value #GROUP_MILLIS} ms of work, so that nobody waits long behind others.
 */
final class StoreWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);
    private static final int GROUP_MILLIS = 20;
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SqliteDatabase database;
    private final Runnable afterCommit;
    private final int most;
    private final BlockingQueue<Task<?>> queue;
    private final ExecutorService answers =
            Executors.newSingleThreadExecutor(task -> daemon(task, "store-answers"));
    private final Thread thread = daemon(this::run, "store-writer");
    private final Timer commitTime;
    private final DistributionSummary batchSize;
    private final Counter failed;
    private final AtomicLong ended = new AtomicLong();

    private Connection connection;
    private Handle handle;
    private Task<?> running;
    private volatile boolean closing;

    StoreWriter(SqliteDatabase database, Runnable afterCommit, int most, MeterRegistry meters) {
        this.most = most;
        this.queue = new LinkedBlockingQueue<>(most);
        this.database = database;
        this.afterCommit = afterCommit;
        this.commitTime = Timer.builder("waystation.store.commit")
                .description("Time to make one group of works durable").register(meters);
        this.batchSize = DistributionSummary.builder("waystation.store.batch")
                .description("Works in one commit").register(meters);
        this.failed = Counter.builder("waystation.store.failures")
                .description("Groups of works that could not be committed").register(meters);
        Gauge.builder("waystation.store.queue", queue, BlockingQueue::size)
                .description("Works that wait for the writer").register(meters);
        thread.start();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    <T> CompletableFuture<T> submit(Work<T> work) {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException("a work must not write through the store again; use its handle");
        }
        Task<T> task = new Task<>(work);
        if (closing) {
            task.fail(new StoreException(StoreException.Code.CLOSED, "the store is closed", null));
        } else if (!queue.offer(task)) {
            task.fail(new StoreException(StoreException.Code.BUSY, most + " works wait for the store", null));
        } else if (closing && !thread.isAlive() && queue.remove(task)) {
            task.fail(new StoreException(StoreException.Code.CLOSED, "the store is closed", null));
        }
        return task.future;
    }

    void afterCommit(Runnable action) {
        if (Thread.currentThread() != thread || running == null) {
            throw new IllegalStateException("only a work that is running may ask for something after its commit");
        }
        running.afterCommit.add(action);
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /** Gives the thread something to do; what is returned says whether it has ended any group since, well or not. */
    BooleanSupplier ask() {
        long before = ended.get();
        submit(handle -> null); // refused when the queue is full: then there is enough to do
        return () -> ended.get() != before;
    }

    private void run() {
        while (true) {
            try {
                Task<?> first = closing ? queue.poll() : queue.poll(1, TimeUnit.HOURS);
                if (first != null) {
                    runGroup(first);
                    ended.incrementAndGet();
                } else if (closing) {
                    break;
                }
            } catch (InterruptedException e) {
                LOG.warn("The store's writer was interrupted; it goes on, because works are waiting for it");
            } catch (Throwable e) { // whatever it is, works go on waiting for this thread
                LOG.error("The store's writer met an unexpected failure and goes on", e);
            }
        }
        disconnect();
    }

    private void runGroup(Task<?> first) {
        List<Task<?>> group = new ArrayList<>();
        try {
            connect();
            connection.setAutoCommit(false); // begins
            long start = System.nanoTime();
            long end = start + TimeUnit.MILLISECONDS.toNanos(GROUP_MILLIS);
            for (Task<?> task = first; task != null; task = System.nanoTime() < end ? queue.poll() : null) {
                group.add(task);
                runInSavepoint(task);
            }
            warnWhenSlow(System.nanoTime() - start, group.size());
            long commitStart = System.nanoTime();
            connection.setAutoCommit(true); // commits, see SqliteDatabase.openWriter
            commitTime.record(System.nanoTime() - commitStart, TimeUnit.NANOSECONDS);
            batchSize.record(group.size());
        } catch (Throwable e) {
            failGroup(group.isEmpty() ? List.of(first) : group, e);
            return;
        }
        answer(() -> group.forEach(Task::answer));
        afterCommit.run();
    }

    private void answer(Runnable completions) {
        try {
            answers.execute(completions);
        } catch (RuntimeException | Error noThread) {
            completions.run(); // late for the next works, but nobody waits for ever
        }
    }

    private void warnWhenSlow(long nanos, int works) {
        if (nanos > SLOW_NANOS) {
            LOG.warn("A group of {} works held the store's writer for {} ms", works, nanos / 1_000_000);
        }
    }

    private void connect() throws SQLException {
        if (connection == null) {
            connection = database.openWriter();
            handle = database.handle(connection);
        }
    }

    private void runInSavepoint(Task<?> task) throws SQLException {
        Savepoint savepoint = connection.setSavepoint();
        running = task;
        try {
            task.run(handle);
            connection.releaseSavepoint(savepoint);
        } catch (Throwable e) { // an error too is the failure of this work only
            if (SqliteDatabase.losesTransaction(e)) {
                throw SqliteDatabase.translate("writing to the store", e); // SQLite may have undone everything
            }
            connection.rollback(savepoint);
            connection.releaseSavepoint(savepoint);
            task.failure = e;
        } finally {
            running = null;
        }
    }

    private void failGroup(List<Task<?>> group, Throwable e) {
        failed.increment();
        StoreException failure = SqliteDatabase.translate("writing to the store", e);
        LOG.warn("The store could not commit {} works, none of them was kept: {}", group.size(), failure.getMessage());
        disconnect(); // a fresh connection has no half-open transaction
        answer(() -> group.forEach(task -> task.fail(failure)));
    }

    private void disconnect() {
        try {
            if (connection != null) {
                connection.close(); // what was not committed is gone
            }
        } catch (SQLException e) {
            LOG.debug("Closing the store's writer connection failed", e);
        } finally {
            connection = null;
            handle = null;
        }
    }

    @Override
    public void close() {
        closing = true;
        queue.offer(new Task<>(handle -> null)); // wakes the writer; what is queued before is still written
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        answers.shutdown();
    }

    /** A work and the future that waits for its commit. */
    private static final class Task<T> {
        private final Work<T> work;
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private final List<Runnable> afterCommit = new ArrayList<>(0);
        private T result;
        private Throwable failure;

        private Task(Work<T> work) {
            this.work = work;
        }

        private void run(Handle handle) throws Exception {
            result = work.run(handle);
        }

        private void answer() {
            if (failure == null) {
                afterCommit.forEach(Task::runLogged);
                future.complete(result);
            } else {
                future.completeExceptionally(failure);
            }
        }

        private static void runLogged(Runnable action) {
            try {
                action.run();
            } catch (RuntimeException | Error e) { // the work is done all the same
                LOG.error("What was to follow a commit failed", e);
            }
        }

        private void fail(Throwable why) {
            future.completeExceptionally(why);
        }
    }
}
