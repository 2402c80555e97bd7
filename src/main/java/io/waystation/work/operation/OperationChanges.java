package io.waystation.work.operation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jdbi.v3.core.Handle;

/**
 * Every change an operation can go through, each together with the event that tells of it, in the transaction of the handle.
 *
 * <p>A change of an operation that has ended does nothing and answers nothing: that is what makes its end happen once.
 */
final class OperationChanges {
    /** Step of an operation that was lost with the process that ran it. */
    static final String LOST = "lost";

    private final OperationKinds kinds;
    private final Clock clock;
    private final Consumer<OperationState> told;

    /** @param told runs inside the transaction of each change, with the state it leads to */
    OperationChanges(OperationKinds kinds, Clock clock, Consumer<OperationState> told) {
        this.kinds = kinds;
        this.clock = clock;
        this.told = told;
    }

    /**
     * Creates an operation and tells that it started; does nothing when there is one with its id.
     *
     * @param item work item that does it, or null
     * @param owner process that runs it from now on, or null when a work item will
     */
    Optional<Operation> create(Handle handle, NewOperation operation, String item, String owner) {
        if (OperationRows.exists(handle, operation.id())) {
            return Optional.empty();
        }
        OperationRows.insert(handle, operation, item, owner, clock.millis());
        Operation created = OperationRows.find(handle, operation.id()).orElseThrow();
        ObjectNode data = data(created);
        tell(handle, created, EventRows.Phase.STARTED, kind(created).started(),
                OperationJson.addMissing(data, created.attributes()));
        return Optional.of(created);
    }

    /** An attempt begins. */
    Optional<Operation> run(Handle handle, String id, int attempt) {
        long now = clock.millis();
        Optional<Operation> before = OperationRows.find(handle, id);
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("state", OperationState.RUNNING.toString());
        columns.put("attempts", Math.max(attempt, before.map(Operation::attempts).orElse(0)));
        columns.put("started_at", before.map(Operation::started).map(Instant::toEpochMilli).orElse(now));
        columns.put("reason", null);
        return change(handle, id, columns, now, this::tellProgress);
    }

    /** It waits for a person or a condition. */
    Optional<Operation> hold(Handle handle, String id, String reason) {
        return change(handle, id, state(OperationState.HELD, reason), clock.millis(), (tx, held) -> {
            ObjectNode data = data(held).put("percent", held.percent()).put("reason", held.reason());
            putIfThere(data, "currentStep", held.step());
            tell(tx, held, EventRows.Phase.HELD, kind(held).held(), data);
        });
    }

    /** An attempt ended and another one follows; what is held stays held. */
    Optional<Operation> await(Handle handle, String id, String reason, Duration wait) {
        Optional<Operation> before = OperationRows.find(handle, id);
        if (before.filter(operation -> operation.state() == OperationState.HELD).isPresent()) {
            return before;
        }
        return change(handle, id, state(OperationState.QUEUED, reason), clock.millis(), (tx, waiting) -> {
            ObjectNode data = data(waiting).put("percent", waiting.percent()).put("message", waiting.reason())
                    .put("currentStep", "retry_wait");
            if (wait != null) {
                data.put("retryAfter", Math.max(0, wait.toSeconds()));
            }
            tell(tx, waiting, EventRows.Phase.PROGRESS, kind(waiting).progress(), data);
        });
    }

    /** It got on. */
    Optional<Operation> progress(Handle handle, String id, Progress progress) {
        return OperationRows.find(handle, id).flatMap(before -> {
            Map<String, Object> columns = new LinkedHashMap<>();
            columns.put("percent", Math.max(before.percent(), progress.percent()));
            columns.put("step", progress.step() == null ? before.step() : progress.step());
            columns.put("message", progress.message() == null ? before.message() : progress.message());
            return change(handle, id, columns, clock.millis(), this::tellProgress);
        });
    }

    private void tellProgress(Handle handle, Operation operation) {
        ObjectNode data = data(operation).put("percent", operation.percent());
        putIfThere(data, "message", operation.message());
        putIfThere(data, "currentStep", operation.step());
        tell(handle, operation, EventRows.Phase.PROGRESS, kind(operation).progress(), data);
    }

    /** An event of the kind's own happened. */
    Optional<Operation> other(Handle handle, String id, String suffix, ObjectNode more) {
        return change(handle, id, Map.of(), clock.millis(), (tx, operation) -> tell(tx, operation,
                EventRows.Phase.OTHER, kind(operation).event(suffix), OperationJson.addMissing(data(operation), more)));
    }

    /** Adds to the result; what is there already is replaced. Tells nobody: the end does. */
    Optional<Operation> result(Handle handle, String id, ObjectNode more) {
        return OperationRows.find(handle, id).flatMap(before -> {
            ObjectNode result = OperationJson.addMissing(more.deepCopy(), before.result());
            return change(handle, id, Map.of("result", OperationJson.bounded(result).toString()), clock.millis(),
                    (tx, operation) -> { });
        });
    }

    /** Asks the work to stop. */
    Optional<Operation> askToCancel(Handle handle, String id, String reason) {
        return change(handle, id, Map.of("cancel_reason", Progress.cut(reason)), clock.millis(), (tx, operation) -> { });
    }

    /**
     * It ended; the first end is the only one.
     *
     * @param step what it ended in, or null for the step it was in
     * @param result to be added to its result, or null
     */
    Optional<Operation> end(Handle handle, String id, OperationState state, String step, String reason, ObjectNode result) {
        long now = clock.millis();
        if (result != null && !result.isEmpty() && this.result(handle, id, result).isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> columns = state(state, reason);
        columns.put("ended_at", now);
        columns.put("owner", null);
        if (state == OperationState.SUCCEEDED) {
            columns.put("percent", 100);
        }
        if (step != null) {
            columns.put("step", step);
        }
        return change(handle, id, columns, now, (tx, ended) -> tell(tx, ended, EventRows.Phase.ENDED,
                kind(ended).end(state), endData(ended)));
    }

    private ObjectNode endData(Operation ended) {
        ObjectNode data = data(ended).put("status", ended.state() == OperationState.SUCCEEDED ? "success" : ended.state().toString())
                .put("duration", Duration.between(ended.created(), ended.ended()).toMillis());
        OperationJson.addMissing(data, ended.result());
        OperationJson.addMissing(data, ended.attributes());
        if (ended.state() == OperationState.SUCCEEDED) {
            return data;
        }
        ObjectNode usual = OperationJson.object().put("message", ended.reason());
        if (ended.state() == OperationState.FAILED) {
            usual.put("error_code", LOST.equals(ended.step()) ? "LOST" : "FAILED").put("retryable", LOST.equals(ended.step()));
            if (ended.step() != null) {
                usual.putObject("details").put("step", ended.step());
            }
        } else {
            usual.put("error_code", ended.state().name()).put("retryable", false); // for kinds whose end is a failure
        }
        return OperationJson.addMissing(data, usual);
    }

    private static Map<String, Object> state(OperationState state, String reason) {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("state", state.toString());
        columns.put("reason", Progress.cut(reason));
        return columns;
    }

    private Optional<Operation> change(Handle handle, String id, Map<String, ?> columns, long now, Telling telling) {
        Optional<Operation> changed = OperationRows.update(handle, id, columns, now);
        changed.ifPresent(operation -> telling.tell(handle, operation));
        return changed;
    }

    /** Fields of every event; nothing an engineer adds takes their place. */
    private ObjectNode data(Operation operation) {
        ObjectNode data = OperationJson.object().put("operationId", operation.id()).put("kind", operation.kind());
        putIfThere(data, "projectId", operation.project());
        putIfThere(data, "subject", operation.subject());
        return data.put("state", operation.state().toString()).put("attempt", operation.attempts())
                .put("timestamp", OperationJson.time(operation.updated()));
    }

    private static void putIfThere(ObjectNode data, String field, String value) {
        if (value != null) {
            data.put(field, value);
        }
    }

    private OperationKind kind(Operation operation) {
        return kinds.find(operation.kind());
    }

    private void tell(Handle handle, Operation operation, EventRows.Phase phase, String name, ObjectNode data) {
        EventRows.insert(handle, operation, phase, name, data.toString(), operation.updated().toEpochMilli());
        told.accept(operation.state());
    }

    /** Writes the event of a change. */
    private interface Telling {
        void tell(Handle handle, Operation operation);
    }
}
