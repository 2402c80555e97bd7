package io.waystation.update;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * When each version was first seen, and as which commit: what was known, with one reading added to it.
 *
 * <p>The first sighting of a tag stays, also when the tag goes away and comes back. Bounded: the newest versions, and what
 * is installed, wanted or was before.
 */
final class Sightings {
    private static final int NEWEST = 32;
    private static final int MOST = 256;

    private final Map<String, Sighting> known;
    private final Instant now;

    private Sightings(Map<String, Sighting> known, Instant now) {
        this.known = known;
        this.now = now;
    }

    /**
     * Adds a reading.
     *
     * @param state what was known, and what is installed
     * @param newestFirst what was read
     */
    static Sightings of(SubsystemState state, List<UpstreamVersion> newestFirst, Instant now) {
        Map<String, Sighting> known = new HashMap<>(state.sightings());
        Set<String> kept = new HashSet<>();
        for (UpstreamVersion version : new UpstreamVersion[] {state.previous(), state.current(), state.wanted()}) {
            if (version != null) {
                // a person may have let a moved tag through
                known.compute(key(version), (key, seen) -> seen != null && seen.commit().equals(version.commit())
                        ? seen : new Sighting(version.commit(), now));
                kept.add(key(version));
            }
        }
        newestFirst.stream().limit(NEWEST).forEach(version -> {
            kept.add(key(version));
            known.putIfAbsent(key(version), new Sighting(version.commit(), now));
        });
        known.entrySet().stream()
                .filter(entry -> !kept.contains(entry.getKey()))
                .sorted(Comparator.comparing((Map.Entry<String, Sighting> entry) -> entry.getValue().firstSeen())
                        .thenComparing(Map.Entry::getKey))
                .limit(Math.max(0, known.size() - MOST))
                .map(Map.Entry::getKey).toList().forEach(known::remove);
        return new Sightings(known, now);
    }

    private static String key(UpstreamVersion version) {
        return version.tag().isEmpty() ? version.commit() : version.tag();
    }

    /** The commit a tag named when it was first seen; empty when that is not known. */
    Optional<String> commitOf(String tag) {
        return Optional.ofNullable(known.get(tag)).map(Sighting::commit);
    }

    Instant firstSeen(UpstreamVersion version) {
        Sighting sighting = known.get(key(version));
        return sighting == null || !sighting.commit().equals(version.commit()) ? now : sighting.firstSeen();
    }

    Map<String, Sighting> all() {
        return known;
    }
}
