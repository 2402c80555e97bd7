package io.waystation.work;

import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The table {@code work_key}: which keys of a queue have their turn, and when.
 *
 * <p>A key in rotation has a turn; who was served goes behind the others, so that one key's many items delay no
 * other key. A key leaves the rotation when it has nothing ready, runs as much as it may, or waits as a whole.
 */
final class KeyRows {
    private static final String ROTATE = "INSERT INTO work_key (queue, item_key, running, priority, turn) "
            + "VALUES (?, ?, 0, ?, ?) ON CONFLICT (queue, item_key) DO UPDATE SET "
            + "turn = CASE WHEN work_key.turn IS NULL AND work_key.wait_until IS NULL THEN excluded.turn ELSE work_key.turn END, "
            + "priority = CASE WHEN work_key.turn IS NULL OR excluded.priority > work_key.priority "
            + "THEN excluded.priority ELSE work_key.priority END";
    private static final String NEXT = "SELECT item_key, running, trial FROM work_key "
            + "WHERE queue = ? AND turn IS NOT NULL ORDER BY priority DESC, turn LIMIT ?";
    private static final String BEST =
            "SELECT priority FROM work_item WHERE queue = ? AND item_key = ? AND state = 'ready' ORDER BY priority DESC, seq LIMIT 1";
    private static final String SERVED =
            "UPDATE work_key SET running = running + ?, turn = ?, priority = ? WHERE queue = ? AND item_key = ?";
    private static final String FREED = "running = CASE WHEN running > ? THEN running - ? ELSE 0 END";
    private static final String BACK = "UPDATE work_key SET " + FREED + ", priority = ?, turn = CASE WHEN wait_until IS NOT NULL THEN NULL "
            + "WHEN turn IS NULL THEN ? ELSE turn END WHERE queue = ? AND item_key = ?";
    private static final String OUT = "UPDATE work_key SET turn = NULL WHERE queue = ? AND item_key = ?";
    private static final String OUT_AND_FREED = "UPDATE work_key SET " + FREED + ", turn = NULL WHERE queue = ? AND item_key = ?";
    private static final String FORGET =
            "DELETE FROM work_key WHERE queue = ? AND item_key = ? AND running <= ? AND wait_until IS NULL";
    private static final String HOLD =
            "UPDATE work_key SET wait_until = ?, wait_reason = ?, turn = NULL, trial = trial OR ? WHERE queue = ? AND item_key = ?";
    private static final String PROVEN = "UPDATE work_key SET trial = FALSE WHERE queue = ? AND item_key = ? AND trial";
    private static final String DUE =
            "SELECT item_key FROM work_key WHERE queue = ? AND wait_until IS NOT NULL AND wait_until <= ? LIMIT ?";
    private static final String HELD_BELOW = "SELECT item_key FROM work_key WHERE queue = ? AND wait_until IS NOT NULL "
            + "AND (item_key = ? OR item_key > ? AND item_key < ?)"; // 0 is the character after the slash
    private static final String NO_LONGER_HELD =
            "UPDATE work_key SET wait_until = NULL, wait_reason = NULL WHERE queue = ? AND item_key = ?";
    private static final String NEXT_DUE =
            "SELECT wait_until FROM work_key WHERE queue = ? AND wait_until IS NOT NULL ORDER BY wait_until LIMIT 1";

    private final AtomicLong turns;

    KeyRows(Clock clock) {
        this.turns = new AtomicLong(clock.millis() * 1_000); // behind every turn an earlier process gave
    }

    /**
     * A key of a queue.
     *
     * @param running how many of its items run
     * @param trial whether it waited as a whole and none of its items has succeeded since
     */
    record Key(String name, int running, boolean trial) {
        /** How many of its items may run. */
        int most(int keyConcurrency) {
            return trial ? 1 : keyConcurrency;
        }
    }

    private long turn() {
        return turns.incrementAndGet();
    }

    /** Brings a key into the rotation, because it has something ready. */
    void rotate(Statements statements, String queue, String key, int priority) throws SQLException {
        statements.update(ROTATE, queue, key, priority, turn());
    }

    /** Keys whose turn comes next. */
    List<Key> next(Statements statements, String queue, int limit) throws SQLException {
        return statements.list(NEXT, row -> new Key(row.getString(1), row.getInt(2), row.getBoolean(3)), queue, limit);
    }

    /**
     * Records that items of a key have begun.
     *
     * @param next priority of what is ready behind them, or empty when the key leaves the rotation
     */
    void served(Statements statements, String queue, String key, int begun, Optional<Integer> next) throws SQLException {
        statements.update(SERVED, begun, next.isPresent() ? turn() : null, next.orElse(0), queue, key);
    }

    /** Records that items of a key no longer run, or that what is ready of it has changed. */
    void settle(Statements statements, String queue, String key, int ended) throws SQLException {
        Optional<Integer> best = statements.first(BEST, row -> row.getInt(1), queue, key);
        if (best.isPresent()) {
            statements.update(BACK, ended, ended, best.get(), turn(), queue, key);
        } else if (statements.update(FORGET, queue, key, ended) == 0) {
            statements.update(OUT_AND_FREED, ended, ended, queue, key);
        }
    }

    /** An item of a key has succeeded, so that what stopped the whole key is over. */
    void proven(Statements statements, String queue, String key) throws SQLException {
        statements.update(PROVEN, queue, key);
    }

    /** Takes a key out of the rotation; settling it brings it back. */
    void rest(Statements statements, String queue, String key) throws SQLException {
        statements.update(OUT, queue, key);
    }

    /**
     * How a whole key waits.
     *
     * @param until milliseconds since 1970
     * @param trial whether it comes back with one item, whose success the others follow
     */
    record Hold(long until, String reason, boolean trial) {
    }

    /** Lets a whole key wait. */
    void hold(Statements statements, String queue, String key, Hold hold) throws SQLException {
        statements.update(HOLD, hold.until(), hold.reason(), hold.trial(), queue, key);
    }

    /** Brings back the keys whose waiting is over. */
    void releaseDue(Statements statements, String queue, long now, int limit) throws SQLException {
        for (String key : statements.list(DUE, row -> row.getString(1), queue, now, limit)) {
            release(statements, queue, key);
        }
    }

    /** Ends a key's waiting. */
    void release(Statements statements, String queue, String key) throws SQLException {
        statements.update(NO_LONGER_HELD, queue, key);
        settle(statements, queue, key, 0);
    }

    /** Ends the waiting of a key and of those below it, which begin with it and a slash. */
    void releaseBelow(Statements statements, String queue, String key) throws SQLException {
        for (String held : statements.list(HELD_BELOW, row -> row.getString(1), queue, key, key + "/", key + "0")) {
            release(statements, queue, held);
        }
    }

    /** When the next key's waiting is over. */
    Optional<Long> nextDue(Statements statements, String queue) throws SQLException {
        return statements.first(NEXT_DUE, row -> row.getLong(1), queue);
    }
}
