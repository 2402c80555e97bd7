package io.waystation.work;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Adds items, or their causes to items that wait, within a work of the store. */
final class Additions {
    private static final int SUPERSEDED_AT_ONCE = 1_000;
    private static final String COALESCE_FIELDS = "SELECT seq, id, operation, waits_for, next_at, latest_at, added_at, state";
    private static final String WAITING_OF_KEY =
            COALESCE_FIELDS + " FROM work_item WHERE queue = ? AND item_key = ? AND state = 'waiting' ORDER BY seq LIMIT 1";
    private static final String READY_OF_KEY = COALESCE_FIELDS
            + " FROM work_item WHERE queue = ? AND item_key = ? AND state = 'ready' ORDER BY priority DESC, seq LIMIT 1";
    private static final String ADD_CAUSE =
            "INSERT INTO work_cause (queue, id, item_seq, cause, added_at) VALUES (?, ?, ?, ?, ?)";
    private static final String COUNT_CAUSE = "UPDATE work_item SET causes = causes + 1, next_at = ?, latest_at = ?, "
            + "priority = CASE WHEN priority < ? THEN ? ELSE priority END, size = ?, updated_at = ? WHERE seq = ?";
    private static final String SIZE = "SELECT size FROM work_item WHERE seq = ?";
    private static final String INSERT = "INSERT INTO work_item (seq, queue, id, item_key, state, waits_for, priority, "
            + "next_at, latest_at, attempt, lost, fence, shielded, retry, operation, cause, causes, size, added_at, updated_at) "
            + "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, FALSE, ?, ?, ?, 1, ?, ?, ? "
            + "WHERE NOT EXISTS (SELECT 1 FROM work_cause WHERE queue = ? AND id = ?) ON CONFLICT (queue, id) DO NOTHING";
    private static final String OTHERS_READY =
            "SELECT " + ItemRows.COLUMNS + " FROM work_item WHERE queue = ? AND item_key = ? AND state = 'ready' LIMIT ?";
    private static final String OTHERS_WAITING =
            "SELECT " + ItemRows.COLUMNS + " FROM work_item WHERE queue = ? AND item_key = ? AND state = 'waiting' LIMIT ?";
    private static final String OTHERS_RUNNING =
            "SELECT seq FROM work_item WHERE queue = ? AND item_key = ? AND state = 'running' AND NOT shielded";

    private final Clock clock;
    private final KeyRows keys;
    private final Endings endings;
    private final AtomicLong lastSeq;

    Additions(Clock clock, KeyRows keys, Endings endings, long lastSeq) {
        this.clock = clock;
        this.keys = keys;
        this.endings = endings;
        this.lastSeq = new AtomicLong(lastSeq);
    }

    /** Makes an addition; what it changes for running attempts is told after the commit. */
    Added add(Statements statements, WorkAddition addition, AfterCommit after) throws Exception {
        WorkAddition.Terms terms = addition.terms();
        boolean alone = terms.supersede() == WorkAddition.Supersede.NONE && terms.coalesce() == WorkAddition.Coalesce.NONE;
        if (!alone) { // the others of its key stay as they are when it is known
            Optional<Added> known = known(statements, addition);
            if (known.isPresent()) {
                return known.get();
            }
        }
        if (terms.supersede() != WorkAddition.Supersede.NONE) {
            supersede(statements, addition, after);
        }
        if (terms.coalesce() != WorkAddition.Coalesce.NONE) {
            Optional<Pending> pending = pending(statements, addition);
            if (pending.isPresent()) {
                after.wake(addition.queue());
                return coalesce(statements, addition, pending.get(), after);
            }
        }
        if (!insert(statements, addition, after)) {
            return known(statements, addition).orElseThrow();
        }
        after.wake(addition.queue());
        return new Added(Added.Result.ADDED, addition.id(), addition.operation());
    }

    private static Optional<Added> known(Statements statements, WorkAddition addition) throws SQLException {
        return ItemRows.find(statements, addition.queue(), addition.id())
                .map(item -> new Added(Added.Result.KNOWN, item.id(), item.operation()));
    }

    /** Brings the keys of what was added into the rotation, once for all of them; call it after the last addition of a work. */
    void rotate(Statements statements, AfterCommit after) throws SQLException {
        for (Map.Entry<AfterCommit.Key, Integer> key : after.rotations().entrySet()) {
            keys.rotate(statements, key.getKey().queue(), key.getKey().key(), key.getValue());
        }
    }

    private Optional<Pending> pending(Statements statements, WorkAddition addition) throws SQLException {
        Optional<Pending> ready = statements.first(READY_OF_KEY, Pending::read, addition.queue(), addition.key());
        return ready.isPresent() ? ready
                : statements.first(WAITING_OF_KEY, Pending::read, addition.queue(), addition.key());
    }

    private Added coalesce(Statements statements, WorkAddition addition, Pending pending, AfterCommit after) throws SQLException {
        long now = clock.millis();
        statements.update(ADD_CAUSE, addition.queue(), addition.id(), pending.seq(), cause(addition), now);
        long size;
        if (addition.terms().coalesce() == WorkAddition.Coalesce.LATEST) {
            Map<String, String> attributes = new LinkedHashMap<>(
                    ItemRows.payload(statements, pending.seq()).orElse(ItemRows.Payload.EMPTY).attributes());
            addition.attributes().forEach((name, value) -> {
                if (!name.startsWith(WorkHeaders.OPERATION)) { // the operation goes on under its first words
                    attributes.put(name, value);
                }
            });
            ItemRows.replacePayload(statements, pending.seq(), attributes, addition.body());
            size = addition.body().length;
        } else {
            size = statements.first(SIZE, row -> row.getLong(1), pending.seq()).orElse(0L);
        }
        Long latest = pending.latest(addition.terms());
        statements.update(COUNT_CAUSE, pending.nextAt(addition.terms(), latest, now), latest, addition.terms().priority(), addition.terms().priority(),
                size, now, pending.seq());
        if (pending.ready()) {
            after.rotate(addition.queue(), addition.key(), addition.terms().priority());
        }
        return new Added(Added.Result.COALESCED, pending.id(), pending.operation());
    }

    private static String cause(WorkAddition addition) {
        return addition.cause() == null ? addition.id() : addition.cause();
    }

    /** Whether it was inserted; not when its id is known. */
    private boolean insert(Statements statements, WorkAddition addition, AfterCommit after) throws Exception {
        long now = clock.millis();
        long seq = lastSeq.incrementAndGet();
        WorkAddition.Terms terms = addition.terms();
        boolean quiet = terms.coalesce() != WorkAddition.Coalesce.NONE && terms.quiet().compareTo(terms.delay()) > 0;
        long wait = (quiet ? terms.quiet() : terms.delay()).toMillis();
        Long latest = quiet && !terms.maxWait().isZero() ? (Long) (now + Math.max(terms.maxWait().toMillis(), terms.delay().toMillis())) : null;
        long nextAt = latest == null ? now + wait : Math.min(now + wait, latest);
        String waitsFor = wait == 0 ? null : quiet ? "quiet" : "delay";
        int inserted = statements.update(INSERT, seq, addition.queue(), addition.id(), addition.key(), wait == 0 ? "ready" : "waiting",
                waitsFor, terms.priority(), nextAt, latest, addition.retry(), addition.operation(), cause(addition),
                addition.body().length, now, now, addition.queue(), addition.id());
        if (inserted == 0) {
            return false;
        }
        ItemRows.keepPayload(statements, seq, addition.attributes(), addition.body());
        if (wait == 0) {
            after.rotate(addition.queue(), addition.key(), terms.priority());
        }
        if (addition.operation() != null) {
            endings.observer().added(statements.handle(), new WorkItem(addition.queue(), addition.id(), addition.key(), 0,
                    List.of(cause(addition)), addition.body(), addition.attributes(), addition.operation()));
        }
        return true;
    }

    private void supersede(Statements statements, WorkAddition addition, AfterCommit after) throws Exception {
        String reason = "a newer item took its place: " + addition.id();
        WorkOutcome outcome = new WorkOutcome(WorkOutcome.State.SUPERSEDED, reason, null);
        for (String others : List.of(OTHERS_READY, OTHERS_WAITING)) {
            for (WorkStatus other : statements.list(others, ItemRows::status, addition.queue(), addition.key(),
                    SUPERSEDED_AT_ONCE)) {
                endings.endPending(statements, other, outcome);
            }
        }
        if (addition.terms().supersede() == WorkAddition.Supersede.RUNNING) {
            for (long seq : statements.list(OTHERS_RUNNING, row -> row.getLong(1), addition.queue(), addition.key())) {
                endings.askToStop(statements, addition.queue(), seq, outcome, after);
            }
        }
    }

    /** An item that waits for its turn or its time. */
    private record Pending(long seq, String id, String operation, String waitsFor, long nextAt, Long latestAt, long addedAt,
            boolean ready) {
        static Pending read(ResultSet row) throws SQLException {
            long latest = row.getLong(6);
            Long latestAt = row.wasNull() ? null : (Long) latest;
            return new Pending(row.getLong(1), row.getString(2), row.getString(3), row.getString(4), row.getLong(5), latestAt,
                    row.getLong(7), row.getString(8).equals("ready"));
        }

        /** Until when the quiet period may be drawn out at most. */
        Long latest(WorkAddition.Terms terms) {
            boolean bounded = "quiet".equals(waitsFor) && latestAt == null && !terms.maxWait().isZero();
            return bounded ? (Long) (addedAt + terms.maxWait().toMillis()) : latestAt;
        }

        /** When it may run now that another cause has come. */
        long nextAt(WorkAddition.Terms terms, Long latest, long now) {
            if (ready || "deferred".equals(waitsFor) && !terms.wake()) {
                return nextAt; // what put it off is not undone by more work
            }
            long wanted = now + Math.max(terms.delay().toMillis(), terms.quiet().toMillis());
            if (!"quiet".equals(waitsFor)) {
                return Math.min(nextAt, wanted); // something new is worth an early try
            }
            long drawnOut = Math.max(nextAt, now + terms.quiet().toMillis());
            return latest == null ? drawnOut : Math.min(drawnOut, latest);
        }
    }
}
