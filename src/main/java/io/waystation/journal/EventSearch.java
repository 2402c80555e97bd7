package io.waystation.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

import io.waystation.event.EventBatch;

/**
 * Lists events newest first: the newest from the log, the others from the index, joined without gap or repetition.
 *
 * <p>Thread-safe; blocks on disk.
 */
public final class EventSearch {
    private static final int READ_EVENTS = 1_000;
    private static final long READ_BYTES = 8L << 20;
    private static final int SCAN_ROWS = 1_000;
    private static final int SCAN_MOST = 20_000;

    private final Journal journal;
    private final EventIndex index;

    /** Searches a log and its index. */
    public EventSearch(Journal journal, EventIndex index) {
        this.journal = journal;
        this.index = index;
    }

    /**
     * A part of a list.
     *
     * @param events newest first
     * @param before go on with this offset; 0 when the list has ended. A page may be short, even empty, and not the
     *     last when few events match.
     */
    public record Page(List<IndexEntry> events, long before) {
    }

    /**
     * Events that match, newest first.
     *
     * @param filter which events
     * @param before only before this offset; {@link Long#MAX_VALUE} to begin
     * @param limit at most so many, 1 to 1,000
     */
    public Page list(EventFilter filter, long before, int limit) {
        long indexedTo = Math.min(index.indexedTo(), journal.tail().offset()); // read once: the two parts meet here
        List<IndexEntry> found = new ArrayList<>(newest(filter, indexedTo, before, limit));
        if (found.size() == limit) {
            return new Page(found, found.get(limit - 1).position().offset());
        }
        return indexed(filter, Math.min(before, indexedTo + 1), limit, found);
    }

    private Deque<IndexEntry> newest(EventFilter filter, long indexedTo, long before, int limit) {
        Deque<IndexEntry> newest = new ArrayDeque<>();
        long after = indexedTo;
        while (after < before - 1) {
            EventBatch batch = journal.read(after, filter, READ_EVENTS, READ_BYTES);
            batch.events().stream().filter(event -> event.position().offset() < before).forEach(event -> {
                newest.addFirst(IndexEntry.of(event));
                if (newest.size() > limit) {
                    newest.removeLast();
                }
            });
            if (batch.last() <= after) {
                break;
            }
            after = batch.last();
        }
        return newest;
    }

    private Page indexed(EventFilter filter, long before, int limit, List<IndexEntry> found) {
        String channel = onlyChannel(filter);
        long next = before;
        for (int scanned = 0; scanned < SCAN_MOST; scanned += SCAN_ROWS) {
            List<IndexEntry> rows = index.list(channel, next, SCAN_ROWS);
            for (IndexEntry row : rows) {
                next = row.position().offset();
                if (filter.accepts(row) && next >= journal.oldestOffset(row.channel())) {
                    found.add(row);
                    if (found.size() == limit) {
                        return new Page(found, next);
                    }
                }
            }
            if (rows.size() < SCAN_ROWS) {
                return new Page(found, 0);
            }
        }
        return new Page(found, next);
    }

    private static String onlyChannel(EventFilter filter) {
        boolean one = filter.channels().size() == 1 && filter.channels().get(0).indexOf('*') < 0;
        return one ? filter.channels().get(0) : null;
    }

    /** The event with an id, also when it is not indexed yet. */
    public Optional<IndexEntry> find(String eventId) {
        long after = index.indexedTo();
        Optional<IndexEntry> indexed = index.find(eventId);
        while (indexed.isEmpty()) {
            EventBatch batch = journal.read(after, EventFilter.ALL, READ_EVENTS, READ_BYTES);
            indexed = batch.events().stream().filter(event -> event.event().id().equals(eventId))
                    .map(IndexEntry::of).findFirst();
            if (batch.last() <= after) {
                break;
            }
            after = batch.last();
        }
        return indexed;
    }
}
