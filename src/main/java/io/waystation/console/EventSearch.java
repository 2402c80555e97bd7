package io.waystation.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import io.waystation.event.Event;
import io.waystation.event.EventBatch;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import io.waystation.journal.EventFilter;
import io.waystation.journal.EventIndex;
import io.waystation.journal.IndexEntry;
import io.waystation.journal.Journal;

/**
 * Finds events, newest first: the newest in the log, older ones in the index, joined without gap or repetition.
 *
 * <p>Thread-safe; blocks on disk. A search that takes long stops where it is and says from where to go on.
 */
final class EventSearch {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int PAGE = 1_000;
    private static final long MOST_BYTES = 16L << 20;

    private final Journal journal;
    private final EventIndex index;
    private final Clock clock;

    EventSearch(Journal journal, EventIndex index, Clock clock) {
        this.journal = journal;
        this.index = index;
        this.clock = clock;
    }

    /**
     * What a search found.
     *
     * @param entries events, newest first
     * @param next offset to go on before; 0 when there is nothing older
     */
    record Found(List<IndexEntry> entries, long next) {
    }

    /** Events before an offset; {@link Long#MAX_VALUE} for the newest. */
    Found search(EventCriteria criteria, long before, int limit) {
        Walk walk = new Walk(criteria, limit, clock.instant().plus(PATIENCE));
        long indexedTo = index.indexedTo();
        long at = Math.min(before, journal.tail().offset() + 1);
        while (at > indexedTo + 1 && !walk.isOver()) {
            at = walk.take(newest(Math.max(indexedTo, at - 1 - PAGE), at), Math.max(indexedTo + 1, at - PAGE));
        }
        while (at > 1 && !walk.isOver()) {
            List<IndexEntry> page = index.list(criteria.channel(), at, PAGE);
            at = walk.take(page, page.size() < PAGE ? 1 : page.get(page.size() - 1).position().offset());
        }
        return new Found(walk.found, walk.passedSince ? 0 : at <= 1 ? 0 : at);
    }

    /** Events of the log in (after, before), newest first. */
    private List<IndexEntry> newest(long after, long before) {
        List<IndexEntry> entries = new ArrayList<>();
        long at = after;
        while (at < before - 1) {
            EventBatch batch = journal.read(at, EventFilter.ALL, (int) (before - 1 - at), MOST_BYTES);
            if (batch.last() <= at) {
                break;
            }
            for (PositionedEvent record : batch.events()) {
                if (record.position().offset() < before) {
                    entries.add(entry(record));
                }
            }
            at = batch.last();
        }
        Collections.reverse(entries);
        return entries;
    }

    private static IndexEntry entry(PositionedEvent record) {
        Event event = record.event();
        return new IndexEntry(record.position(), event.id(), event.channel(), event.source(), event.type(), event.subject(),
                event.key(), event.verified(), event.deliveryId(), event.replayOf(), event.body().length);
    }

    /** The event with this id or position, if the log still has it. */
    Optional<PositionedEvent> find(String idOrPosition) {
        Optional<Position> position = Position.parse(idOrPosition);
        if (position.isPresent()) {
            return journal.find(position.get().offset()).filter(found -> found.position().equals(position.get()));
        }
        Optional<PositionedEvent> indexed = index.find(idOrPosition)
                .flatMap(entry -> journal.find(entry.position().offset()));
        return indexed.isPresent() ? indexed : findUnindexed(idOrPosition);
    }

    private Optional<PositionedEvent> findUnindexed(String id) {
        long tail = journal.tail().offset();
        for (long at = index.indexedTo(); at < tail;) {
            EventBatch batch = journal.read(at, EventFilter.ALL, PAGE, MOST_BYTES);
            Optional<PositionedEvent> found = batch.events().stream()
                    .filter(record -> record.event().id().equals(id)).findFirst();
            if (found.isPresent() || batch.last() <= at) {
                return found;
            }
            at = batch.last();
        }
        return Optional.empty();
    }

    /** One search on its way back through the log. */
    private final class Walk {
        private final List<IndexEntry> found = new ArrayList<>();
        private final EventCriteria criteria;
        private final int limit;
        private final Instant deadline;
        private boolean passedSince;

        private Walk(EventCriteria criteria, int limit, Instant deadline) {
            this.criteria = criteria;
            this.limit = limit;
            this.deadline = deadline;
        }

        private boolean isOver() {
            return found.size() >= limit || passedSince || !clock.instant().isBefore(deadline);
        }

        /** Takes what matches; answers the offset to go on before. */
        private long take(List<IndexEntry> page, long next) {
            for (IndexEntry entry : page) {
                if (criteria.since() != null && entry.position().millis() < criteria.since().toEpochMilli()) {
                    passedSince = true; // positions never step back in time
                    return entry.position().offset();
                }
                if (criteria.matches(entry)) {
                    found.add(entry);
                    if (found.size() == limit) {
                        return entry.position().offset();
                    }
                }
            }
            return next;
        }
    }
}
