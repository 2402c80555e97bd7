package io.waystation.work;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import io.waystation.store.Store;
import io.waystation.store.Work;
import org.apache.camel.util.TimeUtils;

/**
 * Ends attempts and items, within a work of the store. What belongs to an attempt is written only while its fence
 * stands.
 */
final class Endings {
    private static final int LONGEST_REASON = 2_000;
    private static final String FINISH = "UPDATE work_item SET state = ?, reason = ?, error_class = ?, route_id = ?, "
            + "waits_for = NULL, owner = NULL, finished_at = ?, updated_at = ? WHERE seq = ? AND fence = ? AND state = 'running'";
    private static final String FINISH_PENDING = "UPDATE work_item SET state = ?, reason = ?, waits_for = NULL, "
            + "finished_at = ?, updated_at = ? WHERE seq = ? AND state IN ('waiting', 'ready')";
    private static final String AGAIN = "UPDATE work_item SET state = ?, waits_for = ?, reason = ?, error_class = ?, "
            + "route_id = ?, next_at = ?, attempt = attempt - ?, lost = 0, owner = NULL, updated_at = ? "
            + "WHERE seq = ? AND fence = ? AND state = 'running'";
    private static final String STOP = "SELECT stop_state, stop_reason FROM work_item WHERE seq = ? AND fence = ? AND state = 'running'";
    private static final String ASK_TO_STOP = "UPDATE work_item SET stop_state = ?, stop_reason = ?, updated_at = ? "
            + "WHERE seq = ? AND state = 'running' AND NOT shielded AND stop_state IS NULL";
    private static final String STANDS = "SELECT 1 FROM work_item WHERE seq = ? AND fence = ? AND state = 'running'";
    private static final String SHIELD = "UPDATE work_item SET shielded = TRUE WHERE seq = ? AND fence = ? "
            + "AND state = 'running' AND stop_state IS NULL";

    private final Clock clock;
    private final KeyRows keys;
    private final Supplier<WorkObserver> observer;

    Endings(Clock clock, KeyRows keys, Supplier<WorkObserver> observer) {
        this.clock = clock;
        this.keys = keys;
        this.observer = observer;
    }

    WorkObserver observer() {
        return observer.get();
    }

    /** Whether an attempt is still its item's current one. */
    boolean stands(Statements statements, HeldLease lease) throws SQLException {
        return statements.first(STANDS, row -> true, lease.seq(), lease.fence()).isPresent();
    }

    /** Refuses to stop from now on; false when it was asked to already, or is no longer current. */
    boolean shield(Statements statements, HeldLease lease) throws SQLException {
        return statements.update(SHIELD, lease.seq(), lease.fence()) == 1;
    }

    /** Ends an item that does not run. */
    boolean endPending(Statements statements, WorkStatus item, WorkOutcome outcome) throws Exception {
        long now = clock.millis();
        ItemState state = ItemState.of(outcome.state());
        if (statements.update(FINISH_PENDING, state.text(), cut(outcome.reason()), now, now, item.number()) == 0) {
            return false;
        }
        if (item.operation() != null) {
            observer().ended(statements.handle(), ItemRows.item(statements, item, item.attempt()), outcome);
        }
        if (state == ItemState.SUPERSEDED) {
            ItemRows.dropPayload(statements, item.number());
        }
        keys.settle(statements, item.queue(), item.key(), 0);
        return true;
    }

    /** Asks a running attempt to stop; false when it does not run, is shielded or was asked already. */
    boolean askToStop(Statements statements, String queue, long seq, WorkOutcome outcome, AfterCommit after)
            throws SQLException {
        boolean asked = statements.update(ASK_TO_STOP, outcome.state().name(), cut(outcome.reason()), clock.millis(), seq) == 1;
        if (asked) {
            after.stop(queue, seq, outcome.state(), outcome.reason());
        }
        return asked;
    }

    /**
     * Ends attempts; what each had enlisted is written with it. Their keys are settled by the caller.
     *
     * <p>One savepoint is around all of them, as most of the cost of a small effect would be one of its own. When one of them
     * fails, they are made again, each for itself. Those with an operation are so at once: their observer is told once.
     *
     * @return the state of each item, or empty where the attempt is no longer current and nothing was changed
     */
    List<Optional<ItemState>> endAll(Statements statements, List<WorkRunner.Ended> ended) throws Exception {
        if (ended.size() > 1 && ended.stream().allMatch(each -> each.lease().item().operation() == null)) {
            Connection connection = statements.handle().getConnection();
            Savepoint savepoint = connection.setSavepoint();
            try {
                List<Optional<ItemState>> states = endEach(statements, ended, true);
                connection.releaseSavepoint(savepoint);
                return states;
            } catch (Exception | Error e) {
                if (Store.losesTransaction(e)) {
                    throw e;
                }
                connection.rollback(savepoint);
                connection.releaseSavepoint(savepoint);
            }
        }
        return endEach(statements, ended, false);
    }

    private List<Optional<ItemState>> endEach(Statements statements, List<WorkRunner.Ended> ended, boolean together) throws Exception {
        List<Optional<ItemState>> states = new ArrayList<>(ended.size());
        for (WorkRunner.Ended each : ended) {
            states.add(together && each.end() instanceof AttemptEnd.Succeeded succeeded
                    ? finishWithEffects(statements, each.lease(), succeeded) : end(statements, each.lease(), each.end()));
        }
        return states;
    }

    /**
     * Ends an attempt. Its key is settled by the caller.
     *
     * @return the state of the item, or empty when the attempt is no longer current and nothing was changed
     */
    Optional<ItemState> end(Statements statements, HeldLease lease, AttemptEnd end) throws Exception {
        if (end instanceof AttemptEnd.Succeeded succeeded) {
            return succeed(statements, lease, succeeded);
        }
        Optional<Optional<WorkOutcome>> stop = statements.first(STOP, Endings::stop, lease.seq(), lease.fence());
        if (stop.isEmpty()) {
            return Optional.empty();
        }
        if (stop.get().isPresent()) {
            return finish(statements, lease, stop.get().get(), null, null);
        }
        if (end instanceof AttemptEnd.Stopped stopped) {
            return finish(statements, lease, new WorkOutcome(stopped.as(), stopped.reason(), null), null, null);
        }
        if (end instanceof AttemptEnd.Failed failed) {
            return fail(statements, lease, failed);
        }
        if (end instanceof AttemptEnd.Deferred deferred) {
            return defer(statements, lease, deferred);
        }
        String reason = ((AttemptEnd.Released) end).reason();
        return again(statements, lease, new Wait(null, reason, null, null, clock.millis(), false));
    }

    private static Optional<WorkOutcome> stop(ResultSet row) throws SQLException {
        String state = row.getString(1);
        return state == null ? Optional.empty()
                : Optional.of(new WorkOutcome(WorkOutcome.State.valueOf(state), row.getString(2), null));
    }

    private Optional<ItemState> succeed(Statements statements, HeldLease lease, AttemptEnd.Succeeded end) throws Exception {
        if (lease.effects().isEmpty() && lease.item().operation() == null) {
            return finishWithEffects(statements, lease, end);
        }
        Connection connection = statements.handle().getConnection();
        Savepoint savepoint = connection.setSavepoint();
        try {
            Optional<ItemState> state = finishWithEffects(statements, lease, end);
            connection.releaseSavepoint(savepoint);
            return state;
        } catch (Exception | Error e) {
            if (Store.losesTransaction(e)) {
                throw e;
            }
            connection.rollback(savepoint);
            connection.releaseSavepoint(savepoint);
            return end(statements, lease, new AttemptEnd.Failed(e, null, null));
        }
    }

    private Optional<ItemState> finishWithEffects(Statements statements, HeldLease lease, AttemptEnd.Succeeded end) throws Exception {
        Optional<ItemState> state =
                finish(statements, lease, new WorkOutcome(WorkOutcome.State.SUCCEEDED, "", end.result()), null, null);
        if (state.isPresent()) {
            for (Work<?> effect : lease.effects()) {
                effect.run(statements.handle());
            }
        }
        return state;
    }

    private Optional<ItemState> fail(Statements statements, HeldLease lease, AttemptEnd.Failed failed) throws Exception {
        String error = text(failed.error());
        String errorClass = failed.error().getClass().getName();
        Optional<Duration> wait = lease.nextAttempt(failed.retry());
        if (wait.isEmpty()) {
            return finish(statements, lease, new WorkOutcome(WorkOutcome.State.FAILED, error, null), errorClass, failed.routeId());
        }
        String reason = "attempt " + lease.item().attempt() + " failed, the next one is made after "
                + TimeUtils.printDuration(wait.get(), true) + ": " + error;
        return again(statements, lease,
                new Wait("retry", reason, errorClass, failed.routeId(), clock.millis() + wait.get().toMillis(), true));
    }

    private Optional<ItemState> defer(Statements statements, HeldLease lease, AttemptEnd.Deferred deferred) throws Exception {
        Instant until = deferred.until();
        if (deferred.scope() == DeferException.Scope.ITEM) {
            return again(statements, lease, new Wait("deferred", deferred.reason(), null, null, until.toEpochMilli(), false));
        }
        Optional<ItemState> state =
                again(statements, lease, new Wait(null, deferred.reason(), null, null, clock.millis(), false));
        if (state.isPresent() && until.isAfter(clock.instant())) {
            keys.hold(statements, lease.item().queue(), lease.item().key(), new KeyRows.Hold(until.toEpochMilli(), cut(deferred.reason()),
                    deferred.scope() == DeferException.Scope.KEY_ON_TRIAL));
        }
        return state;
    }

    private Optional<ItemState> finish(Statements statements, HeldLease lease, WorkOutcome outcome, String errorClass,
            String routeId) throws Exception {
        long now = clock.millis();
        ItemState state = ItemState.of(outcome.state());
        String reason = outcome.reason().isEmpty() ? null : cut(outcome.reason());
        if (statements.update(FINISH, state.text(), reason, errorClass, routeId, now, now, lease.seq(), lease.fence()) == 0) {
            return Optional.empty();
        }
        boolean carried = lease.item().body().length > 0 || !lease.item().attributes().isEmpty();
        if (carried && (state == ItemState.SUCCEEDED || state == ItemState.SUPERSEDED)) {
            ItemRows.dropPayload(statements, lease.seq());
        }
        if (lease.item().operation() != null) {
            observer().ended(statements.handle(), lease.item(), outcome);
        }
        return Optional.of(state);
    }

    private Optional<ItemState> again(Statements statements, HeldLease lease, Wait wait) throws Exception {
        long now = clock.millis();
        boolean waits = wait.waitsFor() != null && wait.until() > now;
        int updated = statements.update(AGAIN, waits ? "waiting" : "ready", waits ? wait.waitsFor() : null, cut(wait.reason()),
                wait.errorClass(), wait.routeId(), wait.until(), wait.spent() ? 0 : 1, now, lease.seq(), lease.fence());
        if (updated == 0) {
            return Optional.empty();
        }
        if (lease.item().operation() != null) {
            observer().deferred(statements.handle(), lease.item(), wait.reason());
        }
        return Optional.of(waits ? ItemState.WAITING : ItemState.READY);
    }

    /** Class and message, for a person. */
    private static String text(Throwable error) {
        return error.getMessage() == null || error.getMessage().isBlank() ? error.getClass().getSimpleName() : error.getMessage();
    }

    private static String cut(String reason) {
        return reason == null || reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "…";
    }

    /** Until when and why an item waits for its next attempt. */
    private record Wait(String waitsFor, String reason, String errorClass, String routeId, long until, boolean spent) {
    }
}
