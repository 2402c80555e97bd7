package io.waystation.work.operation;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.store.Store;
import io.waystation.store.Work;
import io.waystation.work.WorkItem;
import io.waystation.work.WorkLease;

/** The attempts of this process, by operation. Thread-safe. */
final class Attempts {
    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

    private final Store store;
    private final OperationChanges changes;
    private final OperationLimits limits;
    private final String owner = UUID.randomUUID().toString();
    private final Map<String, Attempt> running = new ConcurrentHashMap<>();

    Attempts(Store store, OperationChanges changes, OperationLimits limits) {
        this.store = store;
        this.changes = changes;
        this.limits = limits;
    }

    /** Names this process among all that use the store. */
    String owner() {
        return owner;
    }

    /** The attempt of an operation that no work item does. */
    Attempt ofRun(String operation) {
        return running.computeIfAbsent(operation, id -> new Attempt(id, 0, 0, new Attempt.Fence() {
            @Override
            public <T> CompletableFuture<T> write(Work<T> work) {
                return store.write(handle -> {
                    if (!OperationRows.isRunBy(handle, id, owner)) {
                        throw new OperationEndedException(id);
                    }
                    return work.run(handle);
                });
            }
        }, changes, limits));
    }

    /** The attempt that a lease stands for; nothing when its item has no operation. */
    Optional<Attempt> of(WorkLease lease) {
        WorkItem item = lease.item();
        if (item.operation() == null) {
            return Optional.empty();
        }
        Attempt known = running.get(item.operation());
        if (known != null && known.fence() >= lease.fence()) {
            return Optional.of(known);
        }
        int percent = store.read(handle -> OperationRows.find(handle, item.operation()).map(Operation::percent).orElse(0));
        Attempt mine = new Attempt(item.operation(), lease.fence(), percent, new Attempt.Fence() {
            @Override
            public <T> CompletableFuture<T> write(Work<T> work) {
                return lease.writeLater(work);
            }
        }, changes, limits);
        return Optional.of(running.merge(item.operation(), mine,
                (before, now) -> before.fence() >= now.fence() ? before : now));
    }

    /** The attempt at an operation, if this process makes one. */
    Optional<Attempt> find(String operation) {
        return Optional.ofNullable(running.get(operation));
    }

    /** Forgets an attempt that is over. */
    void forget(Attempt attempt) {
        running.remove(attempt.operation(), attempt);
    }

    /** Forgets attempts that told something after their operation had ended. */
    void forgetEnded() {
        running.values().forEach(attempt -> {
            boolean ended = store.read(handle -> OperationRows.find(handle, attempt.operation())
                    .map(operation -> operation.state().isEnd()).orElse(true));
            if (ended) {
                forget(attempt);
            }
        });
    }

    /** Tells what has waited long enough. */
    void tick() {
        running.values().forEach(attempt -> {
            try {
                attempt.tick();
            } catch (RuntimeException failure) {
                LOG.warn("Progress of operation {} waits: {}", attempt.operation(), failure.toString());
            }
        });
    }
}
