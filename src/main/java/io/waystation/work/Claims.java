package io.waystation.work;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gives items to attempts, within a work of the store: brings what is due into the rotation, then serves key after
 * key. The one class to write anew for a database that several processes claim from.
 */
final class Claims {
    private static final int DUE_AT_ONCE = 500;
    private static final String DUE = "SELECT seq, item_key, priority FROM work_item "
            + "WHERE queue = ? AND state = 'waiting' AND next_at <= ? ORDER BY next_at LIMIT " + DUE_AT_ONCE;
    private static final String MAKE_READY = "UPDATE work_item SET state = 'ready', waits_for = NULL WHERE seq = ?";
    private static final String NEXT_DUE =
            "SELECT next_at FROM work_item WHERE queue = ? AND state = 'waiting' ORDER BY next_at LIMIT 1";
    private static final String READY = "SELECT " + ItemRows.TO_CLAIM + " FROM work_item item "
            + "LEFT JOIN work_payload payload ON payload.seq = item.seq WHERE item.queue = ? AND item.item_key = ? "
            + "AND item.state = 'ready' ORDER BY item.priority DESC, item.seq LIMIT ?";
    private static final String WAITS_BEFORE =
            "SELECT 1 FROM work_item WHERE queue = ? AND item_key = ? AND state = 'waiting' AND seq < ? LIMIT 1";
    private static final String BEGIN = "UPDATE work_item SET state = 'running', owner = ?, fence = fence + 1, "
            + "attempt = attempt + 1, shielded = FALSE, stop_state = NULL, stop_reason = NULL, updated_at = ? WHERE seq = ?";

    private final Clock clock;
    private final KeyRows keys;
    private final Endings endings;
    private final String owner;

    Claims(Clock clock, KeyRows keys, Endings endings, String owner) {
        this.clock = clock;
        this.keys = keys;
        this.endings = endings;
        this.owner = owner;
    }

    /**
     * Claims up to so many items.
     *
     * @return what was claimed, in the order it is to begin, and when to look again
     */
    Claimed claim(Statements statements, QueueOptions options, int room) throws Exception {
        boolean moreDue = bringDue(statements, options.queue());
        Claimed claimed = new Claimed(new ArrayList<>(), new ArrayList<>(), Long.MAX_VALUE, false);
        boolean served = true;
        while (served && claimed.items().size() < room) {
            served = serve(statements, options, room, claimed);
        }
        long nextDue = statements.first(NEXT_DUE, row -> row.getLong(1), options.queue()).orElse(Long.MAX_VALUE);
        nextDue = Math.min(nextDue, keys.nextDue(statements, options.queue()).orElse(Long.MAX_VALUE));
        return new Claimed(claimed.items(), claimed.givenUp(), nextDue, moreDue || claimed.items().size() >= room);
    }

    private boolean bringDue(Statements statements, String queue) throws SQLException {
        long now = clock.millis();
        Map<String, Integer> priorities = new HashMap<>();
        List<Due> due = statements.list(DUE, row -> new Due(row.getLong(1), row.getString(2), row.getInt(3)), queue, now);
        for (Due item : due) {
            statements.update(MAKE_READY, item.seq());
            priorities.merge(item.key(), item.priority(), Math::max);
        }
        for (Map.Entry<String, Integer> key : priorities.entrySet()) {
            keys.rotate(statements, queue, key.getKey(), key.getValue());
        }
        keys.releaseDue(statements, queue, now, DUE_AT_ONCE);
        return due.size() == DUE_AT_ONCE;
    }

    /** One round over the keys that have their turn; false when it found nothing to serve. */
    private boolean serve(Statements statements, QueueOptions options, int room, Claimed claimed) throws Exception {
        List<KeyRows.Key> turn = keys.next(statements, options.queue(), room - claimed.items().size());
        if (turn.isEmpty()) {
            return false;
        }
        int share = Math.max(1, (room - claimed.items().size()) / turn.size());
        for (KeyRows.Key key : turn) {
            int most = Math.min(Math.min(share, key.most(options.keyConcurrency()) - key.running()), room - claimed.items().size());
            if (most < 1) {
                keys.rest(statements, options.queue(), key.name()); // comes back when one of its items ends
            } else {
                serveKey(statements, options, key, most, claimed);
            }
        }
        return true;
    }

    private void serveKey(Statements statements, QueueOptions options, KeyRows.Key key, int most, Claimed claimed)
            throws Exception {
        List<Ready> ready = statements.list(READY, Ready::read, options.queue(), key.name(), most + 1);
        if (ready.isEmpty()) {
            keys.settle(statements, options.queue(), key.name(), 0);
            return;
        }
        if (options.ordered() && isHeldBack(statements, ready.get(0).status())) {
            keys.rest(statements, options.queue(), key.name()); // comes back when what waits before it is due
            return;
        }
        int begun = 0;
        for (Ready each : ready.subList(0, Math.min(most, ready.size()))) {
            if (each.status().lost() > options.maxLost()) {
                endings.endPending(statements, each.status(), new WorkOutcome(WorkOutcome.State.FAILED,
                        "the hub ended " + each.status().lost() + " times while it ran", null));
                claimed.givenUp().add(each.status());
                continue;
            }
            claimed.items().add(begin(statements, each, key.trial()));
            begun++;
        }
        if (begun == 0) {
            keys.settle(statements, options.queue(), key.name(), 0);
            return;
        }
        boolean more = ready.size() > most && key.running() + begun < key.most(options.keyConcurrency());
        keys.served(statements, options.queue(), key.name(), begun,
                more ? Optional.of(ready.get(most).status().priority()) : Optional.empty());
    }

    private boolean isHeldBack(Statements statements, WorkStatus first) throws SQLException {
        return statements.first(WAITS_BEFORE, row -> true, first.queue(), first.key(), first.number()).isPresent();
    }

    private Claim begin(Statements statements, Ready ready, boolean trial) throws Exception {
        statements.update(BEGIN, owner, clock.millis(), ready.status().number());
        WorkItem item = ItemRows.item(statements, ready.status(), ready.status().attempt() + 1, ready.cause(), ready.payload());
        if (item.operation() != null) {
            endings.observer().claimed(statements.handle(), item);
        }
        return new Claim(ready.status(), item, ready.fence() + 1, ready.retry(), trial);
    }

    private record Due(long seq, String key, int priority) {
    }

    /** An item that has its turn, and what it carries. */
    private record Ready(WorkStatus status, long fence, String retry, String cause, ItemRows.Payload payload) {
        private static Ready read(ResultSet row) throws SQLException {
            return new Ready(ItemRows.status(row), row.getLong(20), row.getString(21), row.getString(22), ItemRows.payload(row, 23));
        }
    }

    /** An item and the fence of its attempt, and whether it is the one that a key which waited as a whole begins with. */
    record Claim(WorkStatus status, WorkItem item, long fence, String retry, boolean trial) {
    }

    /**
     * What was claimed.
     *
     * @param items with the attempts that are to begin
     * @param givenUp items that became dead letters because the hub has ended too often while they ran
     * @param nextDue when something that waits is due next, milliseconds since 1970
     * @param more whether there may be more to claim at once
     */
    record Claimed(List<Claim> items, List<WorkStatus> givenUp, long nextDue, boolean more) {
    }
}
