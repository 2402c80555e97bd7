package io.waystation.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import io.waystation.journal.EventSearch;
import io.waystation.journal.IndexEntry;
import io.waystation.journal.Journal;

/**
 * Finds events by what people ask for, newest first.
 *
 * <p>Thread-safe; blocks on disk. A search that takes long stops where it is and says from where to go on.
 */
final class EventFinder {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int PAGE = 500;

    private final Journal journal;
    private final EventSearch search;
    private final Clock clock;

    EventFinder(Journal journal, EventSearch search, Clock clock) {
        this.journal = journal;
        this.search = search;
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
        List<IndexEntry> found = new ArrayList<>();
        Instant deadline = clock.instant().plus(PATIENCE);
        long at = before;
        do {
            EventSearch.Page page = search.list(criteria.filter(), at, PAGE);
            for (IndexEntry entry : page.events()) {
                if (criteria.isOver(entry)) {
                    return new Found(found, 0); // positions never step back in time
                }
                if (criteria.matches(entry)) {
                    found.add(entry);
                    if (found.size() == limit) {
                        return new Found(found, endsWith(criteria, entry) ? 0 : entry.position().offset());
                    }
                }
            }
            at = page.before();
        } while (at > 0 && clock.instant().isBefore(deadline));
        return new Found(found, at);
    }

    private boolean endsWith(EventCriteria criteria, IndexEntry entry) {
        EventSearch.Page older = search.list(criteria.filter(), entry.position().offset(), 1);
        return older.events().isEmpty() && older.before() == 0;
    }

    /**
     * The event with this id or position, if the log still has it.
     *
     * @throws io.waystation.journal.IndexBehindException when that cannot be told of an id now
     */
    Optional<PositionedEvent> find(String idOrPosition) {
        Optional<Position> position = Position.parse(idOrPosition);
        return position.isPresent()
                ? journal.find(position.get().offset()).filter(found -> found.position().equals(position.get()))
                : search.find(idOrPosition).flatMap(entry -> journal.find(entry.position().offset()));
    }
}
