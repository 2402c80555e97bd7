package io.waystation.work.operation;

import java.util.List;
import java.util.function.Function;

import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.store.Store;

/**
 * Ends operations that nobody can end any more, and deletes what is past its retention.
 *
 * <p>A store belongs to one process, so a run of another one is lost at the next start. An operation of a work item is
 * resumed with its item; it is lost only when the item is gone.
 */
final class OperationSweeper {
    private static final Logger LOG = LoggerFactory.getLogger(OperationSweeper.class);
    private static final int AT_ONCE = 100;
    private static final int ROWS = 1_000;

    private final Store store;
    private final OperationChanges changes;
    private final Attempts attempts;
    private final OperationLimits limits;

    OperationSweeper(Store store, OperationChanges changes, Attempts attempts, OperationLimits limits) {
        this.store = store;
        this.changes = changes;
        this.attempts = attempts;
        this.limits = limits;
    }

    /** Ends what is lost. */
    int sweep() {
        int runs = end(handle -> OperationRows.lostRuns(handle, attempts.owner(), AT_ONCE),
                "the hub stopped while it ran");
        int items = end(handle -> OperationRows.lostItems(handle, AT_ONCE), "its work item is gone");
        if (runs + items > 0) {
            LOG.warn("Ended {} operations as lost: {} ran when the hub stopped, {} have no work item", runs + items, runs, items);
        }
        return runs + items;
    }

    private int end(Function<Handle, List<String>> lost, String reason) {
        int ended = 0;
        int found;
        do {
            found = store.writeNow(handle -> {
                List<String> ids = lost.apply(handle);
                ids.forEach(id -> changes.end(handle, id, OperationState.FAILED, OperationChanges.LOST, reason, null));
                return ids.size();
            });
            ended += found;
        } while (found == AT_ONCE);
        return ended;
    }

    /** Deletes what is past its retention, in small pieces, because everybody waits for each of them. */
    void expire() {
        long now = limits.clock().millis();
        long progressBefore = now - limits.progressRetention().toMillis();
        while (store.writeNow(handle -> EventRows.deleteProgress(handle, progressBefore, ROWS)) == ROWS) {
            continue;
        }
        long endedBefore = now - limits.retention().toMillis();
        while (store.writeNow(handle -> deleteSome(handle, endedBefore))) {
            continue;
        }
    }

    /** Deletes one operation or a part of its log; false when there is none. */
    private static boolean deleteSome(Handle handle, long endedBefore) {
        List<String> ids = OperationRows.endedBefore(handle, endedBefore, 1);
        for (String id : ids) {
            if (LogRows.deleteSome(handle, id, ROWS) < ROWS) {
                EventRows.deleteOf(handle, id);
                OperationRows.delete(handle, id);
            }
        }
        return !ids.isEmpty();
    }
}
