package io.waystation.work.operation;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.camel.Exchange;

import io.waystation.store.Store;
import io.waystation.work.WorkLease;

/**
 * Operations: looked at, cancelled, and told about from routes. Bean {@code operations}.
 *
 * <p>Steps of a route tell about the operation of the work item whose route it is; elsewhere they do nothing, so that a
 * route can be used without an operation, too. When somebody else has the item by now they throw
 * {@link io.waystation.work.LeaseLostException}, which ends the attempt.
 *
 * <p>Thread-safe. Methods wait for the store; do not call them on an event loop.
 */
public final class Operations {
    /** Registry name. */
    public static final String NAME = "operations";

    private final Store store;
    private final OperationChanges changes;
    private final Attempts attempts;
    private final ItemCancelling items;

    Operations(Store store, OperationChanges changes, Attempts attempts, ItemCancelling items) {
        this.store = store;
        this.changes = changes;
        this.attempts = attempts;
        this.items = items;
    }

    /** Creates an operation that this process runs, without a work item. */
    public OperationRun start(NewOperation operation) {
        store.writeNow(handle -> changes.create(handle, operation, null, attempts.owner())
                .orElseThrow(() -> new IllegalArgumentException("there is an operation " + operation.id() + " already")));
        return new OperationRun(attempts.ofRun(operation.id()), attempts, changes);
    }

    /** An operation. */
    public Optional<Operation> find(String id) {
        return store.read(handle -> OperationRows.find(handle, id));
    }

    /** Operations, newest first. */
    public List<Operation> list(OperationFilter filter) {
        return store.read(handle -> OperationRows.list(handle, filter));
    }

    /** Lines of a log, in order. */
    public List<LogLine> lines(String id, long after, int limit) {
        return store.read(handle -> LogRows.read(handle, id, after, limit));
    }

    /** Id of the latest event: a stream that begins behind it tells everything that a list read later does not show. */
    public long lastEventId() {
        return store.read(handle -> EventRows.range(handle).last());
    }

    /**
     * Cancels an operation: at once when nobody works on it, else as soon as the work can stop. One that has ended is not
     * changed.
     *
     * @param reason for people, with the name of who wants it
     * @return false when its work is past the point from which it only finishes
     */
    public boolean cancel(String id, String reason) {
        Optional<Operation> before = find(id);
        boolean ofItem = before.map(operation -> operation.item() != null).orElse(false);
        if (ofItem && !items.cancel(id, reason)) {
            return before.get().cancelReason() != null; // asked before
        }
        if (store.writeNow(handle -> changes.askToCancel(handle, id, reason)).isPresent()) {
            attempts.find(id).ifPresent(attempt -> attempt.askToStop(reason));
        }
        return true;
    }

    /** Tells how far the operation is: {@code progress(${exchange}, 40, 'Creating tree')}. */
    public void progress(Exchange exchange, int percent, String message) {
        step(exchange, null, percent, message);
    }

    /** The same with what is being done: {@code step(${exchange}, 'build', 40, 'Building')}. */
    public void step(Exchange exchange, String step, int percent, String message) {
        attempt(exchange).ifPresent(attempt -> attempt.progress(new Progress(percent, step, message)));
    }

    /** Adds lines to the operation's log: {@code log(${exchange}, ${body})}. */
    public void log(Exchange exchange, String text) {
        attempt(exchange).ifPresent(attempt -> attempt.log(text == null ? "" : text));
    }

    /** The operation waits for a person or a condition; the route then defers its item. */
    public void hold(Exchange exchange, String reason) {
        attempt(exchange).ifPresent(attempt -> attempt.hold(reason));
    }

    /** Sends an event of the kind's own, with the body (a map, or a JSON object) as data: {@code event(${exchange}, 'conflict')}. */
    public void event(Exchange exchange, String suffix) {
        event(exchange, suffix, exchange.getMessage().getBody());
    }

    /** Adds the body, a map or a JSON object, to the operation's result: {@code result(${exchange})}. */
    public void result(Exchange exchange) {
        result(exchange, exchange.getMessage().getBody());
    }

    /** Sends an event of the kind's own. */
    public void event(Exchange exchange, String suffix, Object data) {
        attempt(exchange).ifPresent(attempt -> attempt.event(suffix, OperationJson.bounded(data)));
    }

    /** Adds to the operation's result. */
    public void result(Exchange exchange, Object data) {
        attempt(exchange).ifPresent(attempt -> attempt.result(OperationJson.bounded(data)));
    }

    private Optional<Attempt> attempt(Exchange exchange) {
        return WorkLease.of(exchange).flatMap(attempts::of);
    }

    /** Open operations by state. */
    Map<String, Long> countOpen() {
        return store.read(OperationRows::countOpen);
    }
}
