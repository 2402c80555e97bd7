package io.waystation.work;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.store.GroupTransaction;
import io.waystation.store.StatementCache;
import io.waystation.store.Store;
import io.waystation.store.StoreException;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable queues of a store: items are added here, and routes that run them are registered here.
 *
 * <p>Thread-safe. What is added survives the process; a lease belongs to the process that took it, so {@link #start}
 * frees what the one before had under way.
 */
public final class WorkQueues implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkQueues.class);
    private static final long PATIENCE_MILLIS = 5_000;
    private static final long AFTER_STOP_MILLIS = 3_000;
    private static final long WATCH_MILLIS = 1_000;
    private static final int FREED_AT_ONCE = 500;
    private static final String LEFT_RUNNING = "SELECT " + ItemRows.COLUMNS + ", stop_state, stop_reason FROM work_item "
            + "WHERE state = 'running' LIMIT " + FREED_AT_ONCE;
    private static final String FREE = "UPDATE work_item SET state = 'ready', owner = NULL, attempt = attempt - 1, "
            + "lost = lost + 1, reason = ?, updated_at = ? WHERE seq = ? AND state = 'running'";
    private static final String FREED_BECAUSE = "the hub ended while it ran; it runs again";

    private final Means means;
    private final Additions additions;
    private final WorkAdder adder;
    private final WorkOwner owner;
    private final Map<String, WorkRunner> runners = new ConcurrentHashMap<>();
    /** Runners that were stopped and whose last attempts have not ended. */
    private final Set<WorkRunner> ending = ConcurrentHashMap.newKeySet();

    /**
     * Queues of a store.
     *
     * @param store holds them
     * @param clock decides what is due
     * @param meters counts
     * @param observer follows items with an operation; asked for at each call, null when there is none
     */
    public WorkQueues(Store store, Clock clock, MeterRegistry meters, Supplier<WorkObserver> observer) {
        KeyRows keys = new KeyRows(clock);
        Endings endings = new Endings(clock, keys, () -> {
            WorkObserver found = observer.get();
            return found == null ? NobodyObserves.INSTANCE : found;
        });
        String boot = UUID.randomUUID().toString();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "work-timer");
            thread.setDaemon(true);
            return thread;
        });
        this.means = new Means(store, clock, keys, endings, new Claims(clock, keys, endings, boot), timer, new WorkMeters(meters),
                new StatementCache());
        long last = store.read(handle -> handle.createQuery("SELECT coalesce(max(seq), 0) FROM work_item")
                .mapTo(Long.class).one());
        this.additions = new Additions(clock, keys, endings, last);
        this.adder = new WorkAdder(store, this);
        this.owner = new WorkOwner(store, clock, boot);
    }

    /** Frees what an earlier process had under way, and begins to watch what runs here. Call it before any route starts. */
    public void start() {
        int freed;
        int all = 0;
        do {
            freed = means.store().writeNow(this::free);
            all += freed;
        } while (freed > 0);
        if (all > 0) {
            LOG.info("{} work items were under way when the hub ended; they run again", all);
        }
        owner.start();
        means.timer().scheduleWithFixedDelay(this::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    private int free(Handle handle) throws Exception {
        try (Statements statements = new Statements(handle)) {
            List<Left> left = statements.list(LEFT_RUNNING, Left::read);
            for (Left each : left) {
                free(statements, each.item(), each.stop());
            }
            return left.size();
        }
    }

    private void free(Statements statements, WorkStatus item, WorkOutcome stop) throws Exception {
        statements.update(FREE, FREED_BECAUSE, means.clock().millis(), item.number());
        means.keys().settle(statements, item.queue(), item.key(), 1);
        if (stop != null) {
            means.endings().endPending(statements, item, stop);
        } else if (item.operation() != null) {
            means.endings().observer().deferred(statements.handle(), ItemRows.item(statements, item, item.attempt()),
                    FREED_BECAUSE);
        }
    }

    private void watch() {
        try {
            int running = 0;
            for (WorkRunner runner : runners.values()) {
                runner.enforceTimeLimit();
                running += runner.running().size();
            }
            if (running > 0) {
                owner.beat();
            }
        } catch (RuntimeException e) {
            LOG.warn("Watching the work that runs failed and is tried again", e);
        }
    }

    /**
     * Adds an item, or its cause to one that waits; completes on a thread of the store once that is on disk.
     *
     * @return fails with {@link io.waystation.store.StoreException} when it could not be written; nothing was added
     */
    public CompletableFuture<Added> add(WorkAddition addition) {
        return adder.add(addition);
    }

    /** Adds an item in the transaction that will end an exchange: exactly once, or not at all when the exchange fails. */
    public void add(GroupTransaction transaction, WorkAddition addition) {
        AfterCommit after = new AfterCommit();
        transaction.enlist(handle -> add(handle, List.of(addition), after));
        transaction.afterCommit(() -> committed(after));
    }

    /**
     * Adds items within a work of the store that is running, with whatever else it writes; queues are told after its commit.
     *
     * @return what became of each, in their order
     */
    public List<Added> add(Handle handle, List<WorkAddition> batch) throws Exception {
        AfterCommit after = new AfterCommit();
        List<Added> results = add(handle, batch, after);
        means.store().afterCommit(() -> committed(after));
        return results;
    }

    /**
     * Ends the waiting of a key that was deferred as a whole, and of the keys that begin with it and a slash.
     *
     * @return completes once that is on disk
     */
    public CompletableFuture<Void> release(String queue, String key) {
        return means.store().write(handle -> {
            try (Statements statements = new Statements(handle)) {
                means.keys().releaseBelow(statements, queue, key);
                means.store().afterCommit(() -> {
                    WorkRunner runner = runners.get(queue);
                    if (runner != null) {
                        runner.wake();
                    }
                });
                return null;
            }
        });
    }

    /** Adds items within a work of the store; after its commit the caller hands over to {@link #committed}. */
    List<Added> add(Handle handle, List<WorkAddition> batch, AfterCommit after) throws Exception {
        List<Added> results = new ArrayList<>(batch.size());
        try (Statements statements = new Statements(handle, means.statements())) {
            for (WorkAddition addition : batch) {
                Added added = additions.add(statements, addition, after);
                means.meters().added(addition.queue(), added.result());
                results.add(added);
            }
            additions.rotate(statements, after);
        }
        return results;
    }

    /** Tells queues and attempts of this process what a commit has changed for them. */
    void committed(AfterCommit after) {
        after.stops().forEach((seq, stop) -> {
            WorkRunner runner = runners.get(stop.queue());
            if (runner != null) {
                runner.stop(seq, stop.reason());
            }
            ending.forEach(each -> each.stop(seq, stop.reason()));
        });
        for (String queue : after.wakes()) {
            WorkRunner runner = runners.get(queue);
            if (runner != null) {
                runner.wake();
            }
        }
    }

    /**
     * Begins to run the items of a queue.
     *
     * @param pool runs the route
     * @param route gets each lease once, and tells the runner how it ended
     * @throws IllegalStateException when the queue has a consumer in this process
     */
    WorkRunner consume(QueueOptions options, Executor pool, BiConsumer<HeldLease, WorkRunner> route) {
        WorkRunner runner = new WorkRunner(options, means, pool, route);
        if (runners.putIfAbsent(options.queue(), runner) != null) {
            throw new IllegalStateException("the queue '" + options.queue()
                    + "' has a consumer in this hub already; give one of the routes another queue");
        }
        runner.wake();
        return runner;
    }

    /**
     * Stops running the items of a queue. What does not end in time is told to stop; its key stays taken until it has
     * ended or the queues are closed, so that it never runs beside its own next attempt.
     */
    void stop(WorkRunner runner) {
        try {
            if (!runner.close(PATIENCE_MILLIS, AFTER_STOP_MILLIS)) {
                LOG.warn("Queue {} stops while {} of its items still run", runner.options().queue(), runner.running().size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ending.add(runner);
            runners.remove(runner.options().queue(), runner);
            ending.removeIf(each -> each.running().isEmpty());
        }
    }

    private void release(List<HeldLease> left) {
        if (left.isEmpty()) {
            return;
        }
        means.store().writeNow(handle -> {
            try (Statements statements = new Statements(handle)) {
                for (HeldLease lease : left) {
                    if (means.endings().end(statements, lease, new AttemptEnd.Released("its route was stopped while it ran")).isPresent()) {
                        means.keys().settle(statements, lease.item().queue(), lease.item().key(), 1);
                    }
                }
                return null;
            }
        });
    }

    /** The queue's consumer here, or null. */
    WorkRunner runner(String queue) {
        return runners.get(queue);
    }

    Means means() {
        return means;
    }

    /** Stops every queue. */
    @Override
    public void close() {
        try {
            List.copyOf(runners.values()).forEach(this::stop);
            ending.forEach(runner -> release(runner.running()));
        } catch (StoreException e) {
            LOG.warn("Work that still runs could not be released; it runs again after the next start: {}", e.getMessage());
        } finally {
            means.timer().shutdownNow();
        }
    }

    /** What every queue works with. */
    record Means(Store store, Clock clock, KeyRows keys, Endings endings, Claims claims, ScheduledExecutorService timer,
            WorkMeters meters, StatementCache statements) {
    }

    /** An item that was under way, and how it was asked to end, or null. */
    private record Left(WorkStatus item, WorkOutcome stop) {
        static Left read(ResultSet row) throws SQLException {
            String state = row.getString(20);
            return new Left(ItemRows.status(row),
                    state == null ? null : new WorkOutcome(WorkOutcome.State.valueOf(state), row.getString(21), null));
        }
    }

    /** When no operation follows. */
    private enum NobodyObserves implements WorkObserver {
        INSTANCE;

        @Override
        public void added(Handle handle, WorkItem item) {
            // nobody follows
        }

        @Override
        public void claimed(Handle handle, WorkItem item) {
            // nobody follows
        }

        @Override
        public void deferred(Handle handle, WorkItem item, String reason) {
            // nobody follows
        }

        @Override
        public void ended(Handle handle, WorkItem item, WorkOutcome outcome) {
            // nobody follows
        }
    }
}
