package io.waystation.journal;

import java.util.Collection;
import java.util.List;

import io.waystation.event.Event;
import io.waystation.event.Glob;

/**
 * Which events a reader wants. In the patterns {@code *} stands for any characters; an empty list wants all.
 *
 * @param types patterns of event types
 * @param sources patterns of event sources
 * @param channels patterns of channel names
 * @param verifiedOnly whether to leave out events nothing vouches for
 */
public record EventFilter(List<String> types, List<String> sources, List<String> channels, boolean verifiedOnly) {
    /** Every event, verified or not. */
    public static final EventFilter ALL = new EventFilter(List.of(), List.of(), List.of(), false);

    /** Every verified event. */
    public static final EventFilter VERIFIED = new EventFilter(List.of(), List.of(), List.of(), true);

    /** Copies the lists. */
    public EventFilter {
        types = List.copyOf(types);
        sources = List.copyOf(sources);
        channels = List.copyOf(channels);
    }

    /** Whether the reader wants this event. */
    public boolean accepts(Event event) {
        return (!verifiedOnly || event.isVerified())
                && Glob.anyFits(types, event.type())
                && Glob.anyFits(sources, event.source())
                && Glob.anyFits(channels, event.channel());
    }

    boolean accepts(IndexEntry entry) {
        return (!verifiedOnly || !Event.UNVERIFIED.equals(entry.verified()))
                && Glob.anyFits(types, entry.type())
                && Glob.anyFits(sources, entry.source())
                && Glob.anyFits(channels, entry.channel());
    }

    boolean acceptsChannel(String channel) {
        return Glob.anyFits(channels, channel);
    }

    boolean mayAcceptTypes(Collection<String> present) {
        return types.isEmpty() || present.stream().anyMatch(type -> Glob.anyFits(types, type));
    }

    boolean mayAcceptSources(Collection<String> present) {
        return sources.isEmpty() || present.stream().anyMatch(source -> Glob.anyFits(sources, source));
    }
}
