package io.waystation.journal;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.waystation.store.Store;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * What groups could not process: listed, queued again for the group that failed, or discarded.
 *
 * <p>Thread-safe.
 */
public final class DeadLetters {
    private final Store store;
    private final Duration keep;
    private final Clock clock;
    private final List<Consumer<String>> queuedListeners = new CopyOnWriteArrayList<>();

    /** Dead letters in a store, kept so long. */
    public DeadLetters(Store store, Duration keep, Clock clock) {
        this.store = store;
        this.keep = keep;
        this.clock = clock;
    }

    /** Dead letters, newest first; bodies are left out (empty) to keep the list small, {@link #find} has them. */
    public List<DeadLetter> list(DeadLetterFilter filter) {
        return store.read(handle -> {
            StringBuilder sql = new StringBuilder(DeadLetterRows.SELECT_WITHOUT_BODY).append(" WHERE 1 = 1");
            append(sql, filter.group(), " AND group_name = :group");
            append(sql, filter.channel(), " AND channel = :channel");
            append(sql, filter.state(), " AND state = :state");
            append(sql, filter.before(), " AND id < :before");
            Query query = handle.createQuery(sql.append(" ORDER BY id DESC LIMIT :limit").toString());
            bind(query, "group", filter.group());
            bind(query, "channel", filter.channel());
            bind(query, "state", filter.state() == null ? null : DeadLetterRows.text(filter.state()));
            bind(query, "before", filter.before());
            return query.bind("limit", filter.limit()).map((rows, context) -> DeadLetterRows.map(rows)).list();
        });
    }

    private static void append(StringBuilder sql, Object value, String condition) {
        if (value != null) {
            sql.append(condition);
        }
    }

    private static void bind(Query query, String name, String value) {
        if (value != null) {
            query.bind(name, value);
        }
    }

    /** One dead letter with its body. */
    public Optional<DeadLetter> find(String id) {
        return store.read(handle -> DeadLetterRows.find(handle, id));
    }

    /** How many there are of a group, queued ones included. */
    public long count(String group) {
        return store.read(handle -> handle.createQuery("SELECT count(*) FROM dead_letter WHERE group_name = :group")
                .bind("group", group).mapTo(Long.class).one());
    }

    /**
     * Queues dead letters again: each goes to its own group, through that group's route. Nothing else of the
     * event happens again.
     *
     * @return how many there were to queue
     */
    public int requeue(Collection<String> ids) {
        List<String> groups = store.writeNow(handle -> ids.stream()
                .flatMap(id -> DeadLetterRows.queue(handle, "id", id, clock.millis()).stream()).toList());
        signal(groups);
        return groups.size();
    }

    /** Queues what an event left in any group again; used when the sender delivers the same event once more. Reads first. */
    CompletableFuture<Void> requeueEvent(long offset) {
        if (!store.read(handle -> DeadLetterRows.isDead(handle, offset))) {
            return CompletableFuture.completedFuture(null);
        }
        return store.write(handle -> DeadLetterRows.queue(handle, "log_offset", offset, clock.millis()))
                .thenAccept(this::signal);
    }

    private void signal(List<String> groups) {
        Set<String> distinct = new HashSet<>(groups);
        distinct.forEach(group -> queuedListeners.forEach(listener -> listener.accept(group)));
    }

    /**
     * Deletes dead letters for good.
     *
     * @return how many there were
     */
    public int discard(Collection<String> ids) {
        return store.writeNow(handle -> ids.stream().mapToInt(id -> DeadLetterRows.delete(handle, id)).sum());
    }

    /** Calls a listener with the name of a group whenever some of its dead letters are queued again. */
    AutoCloseable onQueued(Consumer<String> listener) {
        queuedListeners.add(listener);
        return () -> queuedListeners.remove(listener);
    }

    /** Dead letters of a group that wait for their next try, oldest first, not those being tried now. Reads no bodies. */
    List<Queued> queued(String group, Set<String> inFlight, int limit) {
        return store.read(handle -> handle.createQuery("SELECT id, length(body) + length(headers) AS bytes FROM dead_letter"
                        + " WHERE group_name = :group AND state = 'queued' ORDER BY id LIMIT :limit")
                .bind("group", group).bind("limit", limit + inFlight.size())
                .map((rows, context) -> new Queued(rows.getString("id"), rows.getLong("bytes"))).stream()
                .filter(letter -> !inFlight.contains(letter.id()))
                .limit(limit)
                .toList());
    }

    /** How long they are kept. */
    Duration keep() {
        return keep;
    }

    /** Deletes some that are past their retention; to be called until it answers 0. */
    int expire() {
        long before = clock.instant().minus(keep).toEpochMilli();
        return store.writeNow((Handle handle) -> handle.createUpdate("DELETE FROM dead_letter WHERE id IN"
                + " (SELECT id FROM dead_letter WHERE created_at < :before LIMIT 200)").bind("before", before).execute());
    }

    /**
     * One that waits for its next try.
     *
     * @param id its id
     * @param bytes about what it weighs in memory
     */
    record Queued(String id, long bytes) {
    }
}
