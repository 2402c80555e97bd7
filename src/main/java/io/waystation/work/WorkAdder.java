package io.waystation.work;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.waystation.store.Store;
import io.waystation.store.StoreException;

/**
 * Adds items in batches: one transaction is under way at a time, what comes meanwhile goes into the next one.
 *
 * <p>An addition that fails by itself is tried once more alone, so that it takes no other with it. Thread-safe.
 */
final class WorkAdder {
    private static final int AT_ONCE = 128;
    private static final int MOST_WAITING = 50_000;

    private final Store store;
    private final WorkQueues queues;
    private final List<Waiting> waiting = new ArrayList<>();
    private boolean writing;

    WorkAdder(Store store, WorkQueues queues) {
        this.store = store;
        this.queues = queues;
    }

    /** Adds an item; completes on a thread of the store once it is on disk. */
    CompletableFuture<Added> add(WorkAddition addition) {
        Waiting added = new Waiting(addition, new CompletableFuture<>());
        synchronized (this) {
            if (waiting.size() >= MOST_WAITING) {
                added.future().completeExceptionally(new StoreException(StoreException.Code.BUSY,
                        MOST_WAITING + " additions to work queues wait for the store", null));
                return added.future();
            }
            waiting.add(added);
        }
        write();
        return added.future();
    }

    private void write() {
        List<Waiting> batch;
        synchronized (this) {
            if (writing || waiting.isEmpty()) {
                return;
            }
            writing = true;
            List<Waiting> first = waiting.subList(0, Math.min(AT_ONCE, waiting.size()));
            batch = List.copyOf(first);
            first.clear();
        }
        AfterCommit after = new AfterCommit();
        store.write(handle -> queues.add(handle, batch.stream().map(Waiting::addition).toList(), after))
                .whenComplete((results, failure) -> {
                    synchronized (this) {
                        writing = false;
                    }
                    write();
                    if (failure == null) {
                        answer(batch, results, after);
                    } else if (batch.size() == 1 || failure instanceof StoreException) {
                        batch.forEach(each -> each.future().completeExceptionally(failure));
                    } else {
                        batch.forEach(this::addAlone);
                    }
                });
    }

    private void answer(List<Waiting> batch, List<Added> results, AfterCommit after) {
        queues.committed(after);
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).future().complete(results.get(i));
        }
    }

    private void addAlone(Waiting one) {
        AfterCommit after = new AfterCommit();
        store.write(handle -> queues.add(handle, List.of(one.addition()), after)).whenComplete((results, failure) -> {
            if (failure == null) {
                answer(List.of(one), results, after);
            } else {
                one.future().completeExceptionally(failure);
            }
        });
    }

    private record Waiting(WorkAddition addition, CompletableFuture<Added> future) {
    }
}
