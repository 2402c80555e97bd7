package io.waystation.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

import io.waystation.event.EventBatch;
import io.waystation.event.PositionedEvent;

/**
 * Lists events newest first: the newest from the log, the others from the index, joined without gap or repetition.
 *
 * <p>Thread-safe; blocks on disk.
 */
public final class EventSearch {
    private static final long READ_BYTES = 8L << 20;
    /** A list of the newest events seldom needs more than one step. */
    private static final int UNINDEXED_STEP = 250;
    private static final int UNINDEXED_MOST = 10_000;
    private static final long UNINDEXED_BYTES = 64L << 20;
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
        long tail = journal.tail().offset();
        long indexedTo = Math.min(index.indexedTo(), tail); // read once: the two parts meet here
        List<IndexEntry> found = new ArrayList<>();
        Unindexed unindexed = new Unindexed(filter, indexedTo, Math.min(before, tail + 1));
        while (unindexed.hasMore()) {
            if (unindexed.isEnough()) {
                return new Page(found, unindexed.before);
            }
            for (IndexEntry entry : unindexed.older()) {
                found.add(entry);
                if (found.size() == limit) {
                    return new Page(found, entry.position().offset());
                }
            }
        }
        return indexed(filter, Math.min(before, indexedTo + 1), limit, found);
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

    /**
     * The event with an id, also when it is not indexed yet.
     *
     * @throws IndexBehindException when there are more events that are not indexed than one search looks at
     */
    public Optional<IndexEntry> find(String eventId) {
        long indexedTo = index.indexedTo();
        Optional<IndexEntry> found = index.find(eventId);
        Unindexed unindexed = new Unindexed(EventFilter.ALL, indexedTo, journal.tail().offset() + 1);
        while (found.isEmpty() && unindexed.hasMore()) {
            if (unindexed.isEnough()) {
                throw new IndexBehindException(journal.tail().offset() - indexedTo);
            }
            found = unindexed.older().stream().filter(entry -> entry.id().equals(eventId)).findFirst();
        }
        return found;
    }

    /** Reads backwards what only the log has yet, in steps, because the log itself is read forwards. */
    private final class Unindexed {
        private final EventFilter filter;
        private final long after;
        private long before;
        private long looked;
        private long bytes;

        Unindexed(EventFilter filter, long indexedTo, long before) {
            this.filter = filter;
            this.after = Math.max(indexedTo, journal.oldestOffset() - 1);
            this.before = before;
        }

        boolean hasMore() {
            return before > after + 1;
        }

        /** Whether one search has looked at so many that it should stop: the recorder may be behind by millions. */
        boolean isEnough() {
            return looked >= UNINDEXED_MOST || bytes >= UNINDEXED_BYTES;
        }

        /** The next older events that match, newest first. */
        Collection<IndexEntry> older() {
            Deque<IndexEntry> newestFirst = new ArrayDeque<>();
            long from = Math.max(after, before - 1 - UNINDEXED_STEP);
            long at = from;
            while (at < before - 1) {
                EventBatch batch = journal.readBetween(at, before, filter, UNINDEXED_STEP, READ_BYTES);
                for (PositionedEvent event : batch.events()) {
                    newestFirst.addFirst(IndexEntry.of(event));
                    bytes += event.event().body().length;
                }
                if (batch.last() <= at) {
                    break;
                }
                at = batch.last();
            }
            looked += before - 1 - from;
            before = from + 1;
            return newestFirst;
        }
    }
}
