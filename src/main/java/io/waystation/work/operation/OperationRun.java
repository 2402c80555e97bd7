package io.waystation.work.operation;

import java.util.Map;
import java.util.Optional;

/**
 * An operation that this process runs without a work item. It is ended exactly once: by one of the ends below, by
 * {@link #close} as failed when none of them was called, or by the next process as lost when this one died.
 *
 * <p>Thread-safe. Methods wait for the store and throw {@link OperationEndedException} once the operation has ended.
 */
public final class OperationRun implements AutoCloseable {
    private final Attempt attempt;
    private final Attempts attempts;
    private final OperationChanges changes;
    private volatile boolean over;

    OperationRun(Attempt attempt, Attempts attempts, OperationChanges changes) {
        this.attempt = attempt;
        this.attempts = attempts;
        this.changes = changes;
    }

    /** Id of the operation. */
    public String id() {
        return attempt.operation();
    }

    /**
     * Tells how far it is; throttled, and never less than before.
     *
     * @param step what is being done, or null for the step before
     * @param percent 0 to 99
     * @param message for people, or null for the one before
     */
    public void step(String step, int percent, String message) {
        attempt.progress(new Progress(percent, step, message));
    }

    /** Adds lines to its log, soon. */
    public void log(String text) {
        attempt.log(text);
    }

    /** Waits for a person or a condition from now on. */
    public void hold(String reason) {
        attempt.hold(reason);
    }

    /** Runs again after it was held. */
    public void resume() {
        attempt.resume(1);
    }

    /** Sends an event of the kind's own, such as {@code conflict}. */
    public void event(String suffix, Map<String, ?> data) {
        attempt.event(suffix, OperationJson.bounded(data));
    }

    /** Adds to the result. */
    public void result(Map<String, ?> data) {
        attempt.result(OperationJson.bounded(data));
    }

    /** Why a person wants it cancelled, if one does; then it should end as soon as it may. */
    public Optional<String> cancelReason() {
        return attempt.stopReason();
    }

    /** Ends in success. */
    public void succeed(Map<String, ?> result) {
        end(OperationState.SUCCEEDED, null, result);
    }

    /** Ends in failure; {@code result} may name {@code error_code}, {@code retryable} and what else the event tells. */
    public void fail(String reason, Map<String, ?> result) {
        end(OperationState.FAILED, reason, result);
    }

    /** Ends because somebody asked for it. */
    public void cancel(String reason) {
        end(OperationState.CANCELLED, reason, Map.of());
    }

    private void end(OperationState state, String reason, Map<String, ?> result) {
        attempt.write(handle -> changes.end(handle, id(), state, null, reason, OperationJson.bounded(result)));
        over();
    }

    private void over() {
        over = true;
        attempts.forget(attempt);
    }

    /** Ends as failed if it has not ended. */
    @Override
    public void close() {
        if (!over) {
            try {
                fail("it stopped without saying how it ended", Map.of());
            } catch (OperationEndedException already) {
                over();
            }
        }
    }
}
