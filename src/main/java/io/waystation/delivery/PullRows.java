package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.waystation.store.Store;
import io.waystation.work.WorkBacklog;
import io.waystation.work.WorkOutcome;
import io.waystation.work.WorkStatus;
import org.jdbi.v3.core.Handle;

/**
 * What endpoints that pull are handed: the tables {@code delivery_pull} and {@code delivery_pull_last}. Thread-safe.
 *
 * <p>A delivery gets the next position of its endpoint when it is handed out first, so that positions never name what was
 * not handed out, and one that is owed again (replayed) comes behind the others.
 */
final class PullRows {
    private static final String HANDED = "SELECT p.position, p.item, i.id, i.state FROM delivery_pull p LEFT JOIN work_item i ON i.seq = p.item "
            + "WHERE p.endpoint = ? ORDER BY p.position";
    private static final String FORGET_ENDED = "DELETE FROM delivery_pull WHERE endpoint = ? AND item = ? AND NOT EXISTS "
            + "(SELECT 1 FROM work_item i WHERE i.seq = delivery_pull.item AND i.state IN ('ready', 'waiting', 'running'))";
    private static final int ENDED_AT_ONCE = 64;

    private final Store store;
    private final WorkBacklog backlog;
    private final AttemptRows attempts;
    private final Clock clock;

    PullRows(Store store, WorkBacklog backlog, AttemptRows attempts, Clock clock) {
        this.store = store;
        this.backlog = backlog;
        this.attempts = attempts;
        this.clock = clock;
    }

    /**
     * A delivery at its place.
     *
     * @param position place in the stream of the endpoint
     * @param item number of the work item
     * @param delivery its id
     */
    record Handed(long position, long item, String delivery) {
    }

    private record Row(long position, long item, String delivery, String state) {
        boolean isOwed() {
            return state != null && (state.equals("ready") || state.equals("waiting") || state.equals("running"));
        }

        boolean isFree() {
            return isOwed() && !state.equals("running");
        }
    }

    /** Keys that the deliveries of an endpoint may have. */
    static List<WorkBacklog.Key> keys(String endpoint) {
        return Stream.concat(Stream.of(new WorkBacklog.Key(Deliveries.QUEUE, endpoint, false),
                new WorkBacklog.Key(Deliveries.ORDERED, endpoint, true)), IntStream.range(0, Deliveries.LANES)
                .mapToObj(lane -> new WorkBacklog.Key(Deliveries.ORDERED, endpoint + "/" + lane, true))).toList();
    }

    /**
     * What an endpoint is owed and may be handed now.
     *
     * @param handed what was handed out before, in order
     * @param fresh what may follow it
     * @param stale positions of what is owed no more
     * @param last the last position that was given
     * @param unsettled whether something of it is on its way otherwise, so that there may be more when that is over
     */
    record Look(List<Handed> handed, List<WorkStatus> fresh, List<Long> stale, long last, boolean unsettled) {
        /** The next delivery as it would be handed out behind so many others that have no position yet. */
        Handed fresh(WorkStatus item, int before) {
            return new Handed(last + 1 + before, item.number(), item.id());
        }

        private boolean begins(List<Handed> with) {
            return fresh.size() >= with.size() && IntStream.range(0, with.size())
                    .allMatch(i -> fresh.get(i).number() == with.get(i).item() && with.get(i).position() == last + 1 + i);
        }
    }

    /**
     * What an endpoint may be handed now: what was handed out before, then more, until so much is out that was not acknowledged.
     * Nothing comes before one that has a smaller position and is being sent otherwise.
     *
     * @param window how much may be out
     * @param most how much of it may be fresh
     */
    Look look(String endpoint, int window, int most) {
        return store.read(handle -> look(handle, endpoint, window, most));
    }

    private Look look(Handle handle, String endpoint, int window, int most) {
        List<Row> rows = handle.createQuery(HANDED).bind(0, endpoint).map((row, context) ->
                new Row(row.getLong(1), row.getLong(2), row.getString(3), row.getString(4))).list();
        List<Long> stale = rows.stream().filter(row -> !row.isOwed()).map(Row::position).toList();
        List<Row> owed = rows.stream().filter(Row::isOwed).toList();
        List<Handed> handed = owed.stream().takeWhile(Row::isFree) // an acknowledgement would end what was skipped
                .map(row -> new Handed(row.position(), row.item(), row.delivery())).toList();
        long last = last(handle, endpoint);
        int room = Math.min(most, window - owed.size());
        if (handed.size() < owed.size() || room <= 0) {
            return new Look(handed, List.of(), stale, last, handed.size() < owed.size());
        }
        Set<Long> known = new HashSet<>();
        owed.forEach(row -> known.add(row.item()));
        WorkBacklog.Oldest oldest = backlog.oldest(handle, keys(endpoint), known.size() + room);
        List<WorkStatus> fresh = oldest.items().stream().filter(item -> !known.contains(item.number())).limit(room).toList();
        return new Look(handed, fresh, stale, last, oldest.runs());
    }

    /**
     * Gives deliveries their positions, as they were looked at, right before they are handed out. Returns once that is on disk.
     *
     * @param given the first of those that were fresh
     * @return whether nothing has changed that stands against it; else nothing was given
     */
    boolean give(String endpoint, Look look, List<Handed> given) {
        if (given.isEmpty() && look.stale().isEmpty()) {
            return true;
        }
        return store.writeNow(handle -> {
            look.stale().forEach(position -> handle.execute("DELETE FROM delivery_pull WHERE endpoint = ? AND position = ?", endpoint, position));
            Look now = look(handle, endpoint, Integer.MAX_VALUE, given.size());
            if (given.isEmpty() || !now.begins(given)) {
                return given.isEmpty();
            }
            for (Handed each : given) {
                handle.execute("INSERT INTO delivery_pull (endpoint, position, item) VALUES (?, ?, ?)", endpoint, each.position(), each.item());
            }
            handle.execute("INSERT INTO delivery_pull_last (endpoint, position) VALUES (?, ?) ON CONFLICT (endpoint) "
                    + "DO UPDATE SET position = excluded.position", endpoint, given.get(given.size() - 1).position());
            return true;
        });
    }

    /**
     * Notes that an endpoint has what was handed to it up to a position: these deliveries are made. Returns once that is on
     * disk.
     *
     * @return how many they were
     */
    int acknowledge(String endpoint, long position) {
        int made = 0;
        List<Row> some;
        do {
            some = store.read(handle -> handle.createQuery(HANDED.replace(" ORDER", " AND p.position <= ? ORDER") + " LIMIT " + ENDED_AT_ONCE)
                    .bind(0, endpoint).bind(1, position).map((row, context) ->
                            new Row(row.getLong(1), row.getLong(2), row.getString(3), row.getString(4))).list());
            List<Row> rows = some;
            made += rows.isEmpty() ? 0 : store.writeNow(handle -> end(handle, endpoint, rows));
        } while (some.size() == ENDED_AT_ONCE);
        return made;
    }

    private int end(Handle handle, String endpoint, List<Row> rows) throws Exception {
        Instant now = clock.instant();
        int made = 0;
        for (Row row : rows) {
            handle.execute("DELETE FROM delivery_pull WHERE endpoint = ? AND position = ?", endpoint, row.position());
            String how = "pulled by the endpoint and acknowledged at position " + row.position();
            for (WorkStatus item : backlog.end(handle, List.of(row.item()), new WorkOutcome(WorkOutcome.State.SUCCEEDED, how, null))) {
                attempts.add(handle, new DeliveryAttempt(item.id(), item.attempt() + 1, now, Duration.ZERO, 0, null, how, ""));
                made++;
            }
        }
        return made;
    }

    /**
     * Makes dead letters of what an endpoint is owed and is not being sent. Returns once that is on disk.
     *
     * @param reason why, for a person
     * @return how many there were, so many at a time
     */
    int park(String endpoint, String reason) {
        List<Long> some = backlog.oldest(keys(endpoint), ENDED_AT_ONCE).items().stream().map(WorkStatus::number).toList();
        return some.isEmpty() ? 0 : store.writeNow(handle ->
                backlog.end(handle, some, new WorkOutcome(WorkOutcome.State.FAILED, reason, null))).size();
    }

    /** Takes the places of deliveries that have ended, and are about to be owed again: they get others, behind all that were given. */
    static void forgetEnded(Handle handle, String endpoint, long item) {
        handle.execute(FORGET_ENDED, endpoint, item);
    }

    /** Endpoints that are owed something which is not being sent. */
    Set<String> owed() {
        return Stream.of(Deliveries.QUEUE, Deliveries.ORDERED).flatMap(queue -> backlog.keys(queue).stream())
                .map(key -> key.split("/", 2)[0]).collect(Collectors.toSet());
    }

    /** The same for one delivery, whether it has its position already or not; it gets another one when it is owed again. */
    void park(String endpoint, Handed handed, String reason) {
        store.writeNow(handle -> {
            handle.execute("DELETE FROM delivery_pull WHERE endpoint = ? AND position = ? AND item = ?", endpoint, handed.position(), handed.item());
            return backlog.end(handle, List.of(handed.item()), new WorkOutcome(WorkOutcome.State.FAILED, reason, null));
        });
    }

    /** The last position handed to an endpoint. */
    long last(String endpoint) {
        return store.read(handle -> last(handle, endpoint));
    }

    private static long last(Handle handle, String endpoint) {
        return handle.createQuery("SELECT position FROM delivery_pull_last WHERE endpoint = ?").bind(0, endpoint)
                .mapTo(Long.class).findOne().orElse(0L);
    }
}
