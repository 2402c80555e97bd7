package io.waystation.journal;

import java.util.Collection;
import java.util.List;

import io.waystation.event.Event;

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
                && matchesAny(types, event.type())
                && matchesAny(sources, event.source())
                && matchesAny(channels, event.channel());
    }

    boolean accepts(IndexEntry entry) {
        return (!verifiedOnly || !Event.UNVERIFIED.equals(entry.verified()))
                && matchesAny(types, entry.type())
                && matchesAny(sources, entry.source())
                && matchesAny(channels, entry.channel());
    }

    boolean acceptsChannel(String channel) {
        return matchesAny(channels, channel);
    }

    boolean mayAcceptTypes(Collection<String> present) {
        return types.isEmpty() || present.stream().anyMatch(type -> matchesAny(types, type));
    }

    boolean mayAcceptSources(Collection<String> present) {
        return sources.isEmpty() || present.stream().anyMatch(source -> matchesAny(sources, source));
    }

    private static boolean matchesAny(List<String> patterns, String text) {
        if (patterns.isEmpty()) {
            return true;
        }
        for (String pattern : patterns) {
            if (matches(pattern, text)) {
                return true;
            }
        }
        return false;
    }

    /** Linear in practice: remembers only the last star, which is enough for this kind of pattern. */
    private static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
