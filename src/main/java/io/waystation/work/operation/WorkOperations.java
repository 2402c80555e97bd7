package io.waystation.work.operation;

import java.util.Map;
import java.util.Optional;

import org.jdbi.v3.core.Handle;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.waystation.store.Store;
import io.waystation.work.WorkItem;
import io.waystation.work.WorkObserver;
import io.waystation.work.WorkOutcome;

/** Keeps the operation of a work item in step with the item, in the item's own transactions. */
final class WorkOperations implements WorkObserver {
    private final Store store;
    private final OperationChanges changes;
    private final Attempts attempts;

    WorkOperations(Store store, OperationChanges changes, Attempts attempts) {
        this.store = store;
        this.changes = changes;
        this.attempts = attempts;
    }

    @Override
    public void added(Handle handle, WorkItem item) {
        changes.create(handle, new NewOperation(item.operation(), item.operationKind(), item.operationSubject(),
                item.operationProject(), attributes(item)), item.queue() + "/" + item.id(), null);
    }

    private static Map<String, ?> attributes(WorkItem item) {
        return OperationJson.map(OperationJson.bounded(item.attributes().get(WorkItem.OPERATION_DATA)));
    }

    @Override
    public void claimed(Handle handle, WorkItem item) {
        changes.run(handle, item.operation(), item.attempt());
    }

    @Override
    public void deferred(Handle handle, WorkItem item, String reason) {
        tellLast(handle, item);
        changes.await(handle, item.operation(), reason, null);
    }

    @Override
    public void ended(Handle handle, WorkItem item, WorkOutcome outcome) {
        tellLast(handle, item);
        OperationState state = switch (outcome.state()) {
            case SUCCEEDED -> OperationState.SUCCEEDED;
            case FAILED -> OperationState.FAILED;
            case CANCELLED -> OperationState.CANCELLED;
            case SUPERSEDED -> OperationState.SUPERSEDED;
        };
        ObjectNode result = outcome.result() == null ? null : OperationJson.bounded(outcome.result());
        changes.end(handle, item.operation(), state, null, outcome.reason(), result);
    }

    private void tellLast(Handle handle, WorkItem item) {
        Optional<Attempt> attempt = attempts.find(item.operation());
        attempt.ifPresent(known -> {
            known.tellLast(handle);
            store.afterCommit(() -> attempts.forget(known));
        });
    }
}
