package io.waystation.work;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.waystation.store.Store;
import org.jdbi.v3.core.Handle;

/**
 * What waits in queues, for those who take it themselves instead of having a route run it. Thread-safe.
 *
 * <p>Items that run are not handed out: they are looked at again when their attempt has ended.
 */
public final class WorkBacklog {
    private static final String START = "SELECT " + ItemRows.COLUMNS + " FROM work_item WHERE queue = ? AND item_key = ? AND priority = 0 AND state = '";
    private static final String END = "' ORDER BY seq LIMIT ?";
    private static final String ANY = "EXISTS (SELECT 1 FROM work_item WHERE queue = asked.queue AND item_key = asked.name AND state = '";
    private static final String STANDS = ") SELECT * FROM (SELECT queue, name, " + ANY + "ready') AS ready, " + ANY + "waiting') AS waiting, "
            + ANY + "running') AS running FROM asked) stands WHERE ready OR waiting OR running";
    /** Goes from key to key by an index, whatever the number of their items. */
    private static final String KEYS = "WITH RECURSIVE found(name) AS (SELECT MIN(item_key) FROM work_item WHERE queue = ? AND state = '%1$s' "
            + "UNION ALL SELECT (SELECT MIN(item_key) FROM work_item WHERE queue = ? AND state = '%1$s' AND item_key > found.name) "
            + "FROM found WHERE found.name IS NOT NULL) SELECT name FROM found WHERE name IS NOT NULL";
    private static final String COUNT = "SELECT count(*) FROM work_item WHERE queue = ? AND item_key = ? AND state = '";
    private static final String AGAIN = "UPDATE work_item SET state = 'ready', waits_for = NULL, reason = ?, attempt = 0, lost = 0, "
            + "next_at = ?, finished_at = NULL, stop_state = NULL, stop_reason = NULL, updated_at = ? "
            + "WHERE seq = ? AND operation IS NULL AND state IN ('dead', 'cancelled', 'succeeded') AND state = ? AND updated_at = ?";

    private final WorkQueues queues;
    private final Store store;

    /** Backlogs of some queues. */
    public WorkBacklog(WorkQueues queues) {
        this.queues = queues;
        this.store = queues.means().store();
    }

    /**
     * A key of a queue.
     *
     * @param ordered whether nothing of it is handed out while one of its items runs
     */
    public record Key(String queue, String name, boolean ordered) {
    }

    /**
     * An item that has ended, as it was found.
     *
     * @param number names it in this store
     * @param state how it has ended
     * @param updated when it changed last
     */
    public record Ended(long number, ItemState state, Instant updated) {
        /** What is to be remembered of an item. */
        public static Ended of(WorkStatus item) {
            return new Ended(item.number(), item.state(), item.updatedAt());
        }

        /** Whether an item is still as it was found. */
        boolean isStill(WorkStatus item) {
            return equals(of(item));
        }
    }

    /**
     * What some keys have that could be taken.
     *
     * @param items the oldest that are ready or wait
     * @param runs whether an item of the keys runs, after whose attempt there may be others
     */
    public record Oldest(List<WorkStatus> items, boolean runs) {
    }

    /** The oldest items of some keys that are ready or wait, within a reading or a work of the store. */
    public Oldest oldest(Handle handle, List<Key> keys, int limit) {
        try (Statements statements = new Statements(handle)) {
            List<WorkStatus> found = new ArrayList<>();
            boolean runs = false;
            for (Stand stand : stands(statements, keys)) {
                runs |= stand.runs();
                if (!stand.runs() || keys.stream().noneMatch(key -> key.ordered() && stand.isOf(key))) {
                    found.addAll(stand.ready() ? some(statements, stand, "ready", limit) : List.of());
                    found.addAll(stand.waits() ? some(statements, stand, "waiting", limit) : List.of());
                }
            }
            return new Oldest(found.stream().sorted(Comparator.comparingLong(WorkStatus::number)).limit(limit).toList(), runs);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("reading work items failed: " + e.getMessage(), e);
        }
    }

    /** How a key stands. */
    private record Stand(String queue, String name, boolean ready, boolean waits, boolean runs) {
        static Stand read(ResultSet row) throws SQLException {
            return new Stand(row.getString(1), row.getString(2), row.getBoolean(3), row.getBoolean(4), row.getBoolean(5));
        }

        boolean isOf(Key key) {
            return key.queue().equals(queue) && key.name().equals(name);
        }
    }

    /** Those of some keys that have anything: one statement for all of them, for most have nothing. */
    private static List<Stand> stands(Statements statements, List<Key> keys) throws SQLException {
        String rows = String.join(", ", Collections.nCopies(keys.size(), "(?, ?)"));
        return statements.list("WITH asked(queue, name) AS (VALUES " + rows + STANDS, Stand::read,
                keys.stream().flatMap(key -> Stream.of(key.queue(), key.name())).toArray());
    }

    private static List<WorkStatus> some(Statements statements, Stand stand, String state, int limit) throws SQLException {
        return statements.list(START + state + END, ItemRows::status, stand.queue(), stand.name(), limit);
    }

    /** The same of the store as it is now. */
    public Oldest oldest(List<Key> keys, int limit) {
        return store.read(handle -> oldest(handle, keys, limit));
    }

    /** How many items of some keys are ready, wait or run; milliseconds for each hundred thousand. */
    public long count(List<Key> keys) {
        return store.read(handle -> {
            try (Statements statements = new Statements(handle)) {
                long all = 0;
                for (Stand stand : stands(statements, keys)) {
                    for (String state : List.of("ready", "waiting", "running")) {
                        all += statements.first(COUNT + state + "'", row -> row.getLong(1), stand.queue(), stand.name()).orElse(0L);
                    }
                }
                return all;
            } catch (SQLException e) {
                throw new IllegalStateException("counting work items failed: " + e.getMessage(), e);
            }
        });
    }

    /** The keys of a queue that have items which are ready or wait. */
    public Set<String> keys(String queue) {
        return store.read(handle -> Stream.of("ready", "waiting").flatMap(state -> handle.createQuery(String.format(KEYS, state))
                .bind(0, queue).bind(1, queue).mapTo(String.class).list().stream()).collect(Collectors.toSet()));
    }

    /**
     * Ends items that are ready or wait, within a work of the store. One that runs meanwhile ends so when its attempt does.
     *
     * @param outcome how
     * @return those that are ended or will be, as they stood before
     */
    public List<WorkStatus> end(Handle handle, List<Long> numbers, WorkOutcome outcome) throws Exception {
        List<WorkStatus> ended = new ArrayList<>();
        AfterCommit after = new AfterCommit();
        try (Statements statements = new Statements(handle)) {
            for (long number : numbers) {
                Optional<WorkStatus> item = ItemRows.find(statements, number);
                if (item.isPresent() && end(statements, item.get(), outcome, after)) {
                    ended.add(item.get());
                }
            }
        }
        store.afterCommit(() -> queues.committed(after));
        return ended;
    }

    private boolean end(Statements statements, WorkStatus item, WorkOutcome outcome, AfterCommit after) throws Exception {
        Endings endings = queues.means().endings();
        if (item.state() == ItemState.RUNNING) {
            return endings.askToStop(statements, item.queue(), item.number(), outcome, after);
        }
        if (!endings.endPending(statements, item, outcome)) {
            return false;
        }
        if (outcome.state() == WorkOutcome.State.SUCCEEDED) {
            ItemRows.dropPayload(statements, item.number());
        }
        after.wake(item.queue()); // an ordered key may go on
        return true;
    }

    /** Those of some items that have not changed since they were found. */
    public List<WorkStatus> unchanged(List<Ended> found) {
        return store.read(handle -> {
            List<WorkStatus> same = new ArrayList<>();
            try (Statements statements = new Statements(handle)) {
                for (Ended each : found) {
                    ItemRows.find(statements, each.number()).filter(each::isStill).ifPresent(same::add);
                }
            } catch (SQLException e) {
                throw new IllegalStateException("reading work items failed: " + e.getMessage(), e);
            }
            return same;
        });
    }

    /**
     * Runs items again that have ended in any way, with all attempts of their schedule; those that an operation follows, or
     * that have changed since they were found, are left alone.
     *
     * @param reason why and by whom, for a person
     * @return how many there were
     */
    public int again(List<Ended> found, String reason) {
        return store.writeNow(handle -> {
            AfterCommit after = new AfterCommit();
            int again = 0;
            try (Statements statements = new Statements(handle)) {
                long now = queues.means().clock().millis();
                for (Ended each : found) {
                    Optional<WorkStatus> item = ItemRows.find(statements, each.number());
                    if (item.isPresent() && statements.update(AGAIN, reason, now, now, each.number(), each.state().text(),
                            each.updated().toEpochMilli()) == 1) {
                        queues.means().keys().rotate(statements, item.get().queue(), item.get().key(), item.get().priority());
                        after.wake(item.get().queue());
                        again++;
                    }
                }
            }
            store.afterCommit(() -> queues.committed(after));
            return again;
        });
    }
}
