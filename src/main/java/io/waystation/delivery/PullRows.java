package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
     * What an endpoint is owed and may be handed now, in order: what was handed out before, then more, until so much is out
     * that was not acknowledged. Nothing comes before one that has a smaller position and is being sent otherwise.
     *
     * @param after only behind this position
     * @param window how much may be out
     */
    List<Handed> next(String endpoint, long after, int window) {
        Look look = store.read(handle -> look(handle, endpoint, window));
        if (!look.fresh().isEmpty() || !look.stale().isEmpty()) {
            look = store.writeNow(handle -> { // looked at again, for it may have changed
                Look now = look(handle, endpoint, window);
                now.stale().forEach(position -> handle.execute("DELETE FROM delivery_pull WHERE endpoint = ? AND position = ?", endpoint, position));
                return new Look(handOut(handle, endpoint, now), List.of(), List.of());
            });
        }
        return look.handed().stream().filter(each -> each.position() > after).toList();
    }

    private record Look(List<Handed> handed, List<WorkStatus> fresh, List<Long> stale) {
    }

    private Look look(Handle handle, String endpoint, int window) {
        List<Row> rows = handle.createQuery(HANDED).bind(0, endpoint).map((row, context) ->
                new Row(row.getLong(1), row.getLong(2), row.getString(3), row.getString(4))).list();
        List<Long> stale = rows.stream().filter(row -> !row.isOwed()).map(Row::position).toList();
        List<Row> owed = rows.stream().filter(Row::isOwed).toList();
        List<Handed> handed = owed.stream().takeWhile(Row::isFree) // an acknowledgement would end what was skipped
                .map(row -> new Handed(row.position(), row.item(), row.delivery())).toList();
        int room = handed.size() < owed.size() ? 0 : window - owed.size();
        if (room <= 0) {
            return new Look(handed, List.of(), stale);
        }
        Set<Long> known = new HashSet<>();
        owed.forEach(row -> known.add(row.item()));
        List<WorkStatus> fresh = backlog.oldest(handle, keys(endpoint), known.size() + room).stream()
                .filter(item -> !known.contains(item.number())).limit(room).toList();
        return new Look(handed, fresh, stale);
    }

    private static List<Handed> handOut(Handle handle, String endpoint, Look look) {
        List<Handed> all = new ArrayList<>(look.handed());
        long last = handle.createQuery("SELECT position FROM delivery_pull_last WHERE endpoint = ?").bind(0, endpoint)
                .mapTo(Long.class).findOne().orElse(0L);
        for (WorkStatus item : look.fresh()) {
            last++;
            handle.execute("INSERT INTO delivery_pull (endpoint, position, item) VALUES (?, ?, ?)", endpoint, last, item.number());
            all.add(new Handed(last, item.number(), item.id()));
        }
        handle.execute("INSERT INTO delivery_pull_last (endpoint, position) VALUES (?, ?) "
                + "ON CONFLICT (endpoint) DO UPDATE SET position = excluded.position", endpoint, last);
        return all;
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
        List<Long> some = backlog.oldest(keys(endpoint), ENDED_AT_ONCE).stream().map(WorkStatus::number).toList();
        return some.isEmpty() ? 0 : store.writeNow(handle ->
                backlog.end(handle, some, new WorkOutcome(WorkOutcome.State.FAILED, reason, null))).size();
    }

    /** The same for one delivery, which gets another position when it is owed again. */
    void park(String endpoint, Handed handed, String reason) {
        store.writeNow(handle -> {
            handle.execute("DELETE FROM delivery_pull WHERE endpoint = ? AND position = ?", endpoint, handed.position());
            return backlog.end(handle, List.of(handed.item()), new WorkOutcome(WorkOutcome.State.FAILED, reason, null));
        });
    }

    /** The last position handed to an endpoint. */
    long last(String endpoint) {
        return store.read(handle -> handle.createQuery("SELECT position FROM delivery_pull_last WHERE endpoint = ?").bind(0, endpoint)
                .mapTo(Long.class).findOne().orElse(0L));
    }
}
