package io.waystation.event;

import java.util.List;
import java.util.function.Predicate;

/**
 * What a reader of the whole log got in one step: the events it asked for among the offsets
 * {@code (after, last]}.
 *
 * <p>Offsets in that range that are not among {@link #events()} were filtered out or lost; a reader
 * continues after {@link #last()} and so never sees a gap or a repetition.
 *
 * @param after offset the range starts behind
 * @param last last offset the range covers; equals {@code after} when there was nothing new
 * @param events events in order of their offsets
 * @param lost how many events of the range are gone for good (deleted or damaged), 0 as a rule
 */
public record EventBatch(long after, long last, List<PositionedEvent> events, long lost) {
    /** The same range with only those of its events that pass a test. */
    public EventBatch only(Predicate<PositionedEvent> wanted) {
        return new EventBatch(after, last, events.stream().filter(wanted).toList(), lost);
    }
}
