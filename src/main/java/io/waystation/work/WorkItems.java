package io.waystation.work;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import io.waystation.store.Store;
import org.jdbi.v3.core.Handle;

/**
 * The items of all queues as people see them: found, listed, counted, cancelled, replayed, discarded, and deleted when
 * their time is over. Thread-safe.
 */
public final class WorkItems {
    private static final int DELETED_AT_ONCE = 500;
    private static final String REPLAY = "UPDATE work_item SET state = 'ready', waits_for = NULL, reason = ?, attempt = 0, "
            + "lost = 0, next_at = ?, operation = ?, finished_at = NULL, stop_state = NULL, stop_reason = NULL, updated_at = ? "
            + "WHERE seq = ? AND state IN ('dead', 'cancelled')";
    private static final String EXPIRED = "SELECT seq FROM work_item WHERE queue = ? AND finished_at IS NOT NULL "
            + "AND finished_at < ? AND state <> 'dead' ORDER BY finished_at LIMIT " + DELETED_AT_ONCE;
    private static final String EXPIRED_DEAD = "SELECT seq FROM work_item WHERE queue = ? AND finished_at IS NOT NULL "
            + "AND finished_at < ? AND state = 'dead' ORDER BY finished_at LIMIT " + DELETED_AT_ONCE;
    private static final String OF_KEYS = "FROM work_item WHERE queue = ? AND (item_key = ? OR item_key > ? AND item_key < ?) ";
    private static final String COUNT_READY = "SELECT count(*) " + OF_KEYS + "AND state = 'ready'";
    private static final String COUNT_WAITING = "SELECT count(*) " + OF_KEYS + "AND state = 'waiting'";
    private static final String OLDEST_READY = "SELECT seq " + OF_KEYS + "AND state = 'ready' ORDER BY seq LIMIT ?";
    private static final String OLDEST_WAITING = "SELECT seq " + OF_KEYS + "AND state = 'waiting' ORDER BY seq LIMIT ?";
    /** Skips from one queue to the next in the index instead of reading every row. */
    private static final String QUEUES = "WITH RECURSIVE q(name) AS (SELECT min(queue) FROM work_item UNION ALL "
            + "SELECT (SELECT min(queue) FROM work_item WHERE queue > q.name) FROM q WHERE q.name IS NOT NULL) "
            + "SELECT name FROM q WHERE name IS NOT NULL";

    private final WorkQueues queues;
    private final Store store;
    private final Clock clock;

    /** Items of some queues. */
    public WorkItems(WorkQueues queues) {
        this.queues = queues;
        this.store = queues.means().store();
        this.clock = queues.means().clock();
        queues.means().meters().readFrom(this::status);
    }

    /** An item by its id, or by the id of an addition that was coalesced into it. */
    public Optional<WorkStatus> find(String queue, String id) {
        return store.read(handle -> quietly(handle, statements -> ItemRows.find(statements, queue, id)));
    }

    /** An item by its number. */
    public Optional<WorkStatus> find(long number) {
        return store.read(handle -> quietly(handle, statements -> ItemRows.find(statements, number)));
    }

    /** The item that an operation follows. */
    public Optional<WorkStatus> findByOperation(String operation) {
        return store.read(handle -> quietly(handle, statements -> ItemRows.findByOperation(statements, operation)));
    }

    /** An item with its causes, attributes and body. */
    public Optional<WorkStatus.Content> content(long number) {
        return store.read(handle -> quietly(handle, statements -> {
            Optional<WorkStatus> item = ItemRows.find(statements, number);
            return item.isEmpty() ? Optional.empty() : Optional.of(ItemRows.content(statements, item.get()));
        }));
    }

    /** Items, newest first. */
    public List<WorkStatus> list(WorkFilter filter) {
        StringBuilder sql = new StringBuilder("SELECT ").append(ItemRows.COLUMNS).append(" FROM work_item WHERE 1 = 1");
        List<Object> values = new ArrayList<>();
        append(sql, values, " AND queue = ?", filter.queue());
        append(sql, values, " AND item_key = ?", filter.key());
        append(sql, values, " AND seq < ?", filter.before());
        append(sql, values, filter.more());
        if (filter.state() != null) {
            sql.append(" AND state = '").append(filter.state().text()).append('\''); // not bound: picks a partial index
        }
        values.add(filter.limit());
        return store.read(handle -> quietly(handle, statements ->
                statements.list(sql.append(" ORDER BY seq DESC LIMIT ?").toString(), ItemRows::status, values.toArray())));
    }

    private static void append(StringBuilder sql, List<Object> values, WorkFilter.More more) {
        if (more.keyTree() != null) {
            sql.append(" AND (item_key = ? OR item_key > ? AND item_key < ?)"); // 0 is the character after the slash
            values.addAll(List.of(more.keyTree(), more.keyTree() + "/", more.keyTree() + "0"));
        }
        append(sql, values, " AND id >= ?", more.idStart());
        append(sql, values, " AND id < ?", more.idStart() == null ? null : more.idStart() + Character.MAX_VALUE);
        append(sql, values, " AND instr(reason, ?) > 0", more.reason());
        append(sql, values, " AND updated_at >= ?", more.since() == null ? null : more.since().toEpochMilli());
        append(sql, values, " AND updated_at < ?", more.until() == null ? null : more.until().toEpochMilli());
    }

    private static void append(StringBuilder sql, List<Object> values, String condition, Object value) {
        if (value != null) {
            sql.append(condition);
            values.add(value);
        }
    }

    /** Whether any item with an id that begins so has not ended well. */
    public boolean anyUnfinished(String queue, String idStart) {
        return store.read(handle -> quietly(handle, statements -> statements.first("SELECT 1 FROM work_item WHERE queue = ? AND id >= ? "
                + "AND id < ? AND state <> 'succeeded' AND state <> 'superseded' LIMIT 1", row -> true, queue, idStart,
                idStart + Character.MAX_VALUE).isPresent()));
    }

    /** Names of all queues that have items, or a consumer here. */
    public List<String> queueNames() {
        return store.read(handle -> quietly(handle, statements -> statements.list(QUEUES, row -> row.getString(1))));
    }

    /** How a queue stands. Counts its items: milliseconds for each hundred thousand. */
    public QueueStatus status(String queue) {
        return store.read(handle -> quietly(handle, statements -> {
            Map<ItemState, Long> counts = new EnumMap<>(ItemState.class);
            for (ItemState state : new ItemState[] {ItemState.WAITING, ItemState.READY, ItemState.RUNNING, ItemState.DEAD}) {
                counts.put(state, statements.first("SELECT count(*) FROM work_item WHERE queue = ? AND state = '" + state.text()
                        + "'", row -> row.getLong(1), queue).orElse(0L));
            }
            long oldest = counts.get(ItemState.READY) == 0 ? 0 : statements.first("SELECT min(next_at) FROM work_item WHERE "
                    + "queue = ? AND state = 'ready'", row -> row.getLong(1), queue)
                    .map(since -> Math.max(0, clock.millis() - since) / 1_000).orElse(0L);
            return new QueueStatus(queue, counts, oldest, queues.runner(queue) != null);
        }));
    }

    /**
     * Cancels an item. One that waits ends at once; one that runs is told to stop and ends when its route does.
     *
     * @param reason why and by whom, for a person
     */
    public CancelResult cancel(long number, String reason) {
        return cancel(statements -> ItemRows.find(statements, number), reason);
    }

    /** The same for the item that an operation follows. */
    public CancelResult cancelOperation(String operation, String reason) {
        return cancel(statements -> ItemRows.findByOperation(statements, operation), reason);
    }

    private CancelResult cancel(Action<Optional<WorkStatus>> finding, String reason) {
        AfterCommit after = new AfterCommit();
        WorkOutcome outcome = new WorkOutcome(WorkOutcome.State.CANCELLED, reason, null);
        CancelResult result = store.writeNow(handle -> {
            try (Statements statements = new Statements(handle)) {
                Optional<WorkStatus> item = finding.run(statements);
                if (item.isEmpty()) {
                    return CancelResult.UNKNOWN;
                }
                return switch (item.get().state()) {
                    case WAITING, READY -> {
                        queues.means().endings().endPending(statements, item.get(), outcome);
                        after.wake(item.get().queue()); // an ordered key may go on
                        yield CancelResult.CANCELLED;
                    }
                    case RUNNING -> queues.means().endings().askToStop(statements, item.get().queue(), item.get().number(), outcome,
                            after) ? CancelResult.STOPPING : CancelResult.REFUSED;
                    default -> CancelResult.ENDED;
                };
            }
        });
        queues.committed(after);
        return result;
    }

    /**
     * Cancels the oldest items of a key, and of the keys that begin with it and a slash, that do not run, where there are more
     * than so many.
     *
     * @param reason why, for a person
     * @return how many were cancelled, {@value #DELETED_AT_ONCE} at most; there may be more while it is more than 0
     */
    public int cancelBeyond(String queue, String key, int most, String reason) {
        List<Long> oldest = store.read(handle -> quietly(handle, statements -> {
            long owed = 0;
            for (String count : List.of(COUNT_READY, COUNT_WAITING)) {
                owed += statements.first(count, row -> row.getLong(1), queue, key, key + "/", key + "0").orElse(0L);
            }
            long beyond = Math.min(DELETED_AT_ONCE, owed - most);
            List<Long> found = new ArrayList<>();
            for (String some : beyond > 0 ? List.of(OLDEST_READY, OLDEST_WAITING) : List.<String>of()) { // each has its own index
                found.addAll(statements.list(some, row -> row.getLong(1), queue, key, key + "/", key + "0", beyond));
            }
            return found.stream().sorted().limit(Math.max(0, beyond)).toList();
        }));
        return oldest.isEmpty() ? 0 : cancelPending(oldest, reason);
    }

    private int cancelPending(List<Long> numbers, String reason) {
        AfterCommit after = new AfterCommit();
        WorkOutcome outcome = new WorkOutcome(WorkOutcome.State.CANCELLED, reason, null);
        int cancelled = store.writeNow(handle -> {
            int ended = 0;
            try (Statements statements = new Statements(handle)) {
                for (long number : numbers) {
                    Optional<WorkStatus> item = ItemRows.find(statements, number);
                    if (item.isPresent() && queues.means().endings().endPending(statements, item.get(), outcome)) {
                        after.wake(item.get().queue());
                        ended++;
                    }
                }
            }
            return ended;
        });
        queues.committed(after);
        return cancelled;
    }

    /**
     * Runs a dead letter, or a cancelled item, again: with all attempts of their schedule, under a new operation.
     *
     * @param reason why and by whom, for a person
     * @return whether it was one
     */
    public boolean replay(long number, String reason) {
        AfterCommit after = new AfterCommit();
        boolean replayed = store.writeNow(handle -> {
            try (Statements statements = new Statements(handle)) {
                Optional<WorkStatus> item = ItemRows.find(statements, number);
                return item.isPresent() && replay(statements, item.get(), reason, after);
            }
        });
        queues.committed(after);
        return replayed;
    }

    private boolean replay(Statements statements, WorkStatus item, String reason, AfterCommit after) throws Exception {
        long now = clock.millis();
        String operation = item.operation() == null ? null : UUID.randomUUID().toString();
        if (statements.update(REPLAY, reason, now, operation, now, item.number()) == 0) {
            return false;
        }
        queues.means().keys().rotate(statements, item.queue(), item.key(), item.priority());
        after.wake(item.queue());
        if (operation != null) {
            WorkItem former = ItemRows.item(statements, item, 0);
            queues.means().endings().observer().added(statements.handle(), new WorkItem(former.queue(), former.id(), former.key(),
                    0, former.causes(), former.body(), former.attributes(), operation));
        }
        return true;
    }

    /**
     * Deletes a dead letter, or a cancelled item, for good. Its id is no longer known.
     *
     * @return whether it was one
     */
    public boolean discard(long number) {
        return store.writeNow(handle -> {
            try (Statements statements = new Statements(handle)) {
                Optional<WorkStatus> item = ItemRows.find(statements, number)
                        .filter(found -> found.state() == ItemState.DEAD || found.state() == ItemState.CANCELLED);
                if (item.isEmpty()) {
                    return false;
                }
                delete(statements, List.of(item.get().number()));
                return true;
            }
        });
    }

    /**
     * Deletes some items of a queue whose time is over.
     *
     * @param keep how long items that ended are kept, dead letters apart
     * @param keepDead how long dead letters are kept
     * @return how many were deleted; ask again while it is more than 0
     */
    int expire(String queue, Duration keep, Duration keepDead) {
        long now = clock.millis();
        return store.writeNow(handle -> {
            try (Statements statements = new Statements(handle)) {
                List<Long> over = statements.list(EXPIRED, row -> row.getLong(1), queue, now - keep.toMillis());
                if (over.isEmpty()) {
                    over = statements.list(EXPIRED_DEAD, row -> row.getLong(1), queue, now - keepDead.toMillis());
                }
                delete(statements, over);
                return over.size();
            }
        });
    }

    private static void delete(Statements statements, List<Long> items) throws Exception {
        for (long seq : items) {
            statements.update("DELETE FROM work_cause WHERE item_seq = ?", seq);
            statements.update("DELETE FROM work_payload WHERE seq = ?", seq);
            statements.update("DELETE FROM work_item WHERE seq = ?", seq);
        }
    }

    private static <T> T quietly(Handle handle, Action<T> action) {
        try (Statements statements = new Statements(handle)) {
            return action.run(statements);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("reading work items failed: " + e.getMessage(), e);
        }
    }

    /** Something done with statements. */
    @FunctionalInterface
    private interface Action<T> {
        T run(Statements statements) throws Exception;
    }

    /** What became of a cancellation. */
    public enum CancelResult {
        /** It waited and is cancelled. */
        CANCELLED,
        /** It runs and was told to stop; it ends as cancelled when its route does. */
        STOPPING,
        /** It runs and may not be stopped any more, or was told to already. */
        REFUSED,
        /** It had ended before. */
        ENDED,
        /** There is no such item. */
        UNKNOWN
    }
}
