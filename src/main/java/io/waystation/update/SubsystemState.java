package io.waystation.update;

import java.util.HashMap;
import java.util.Map;

/**
 * What this hub knows of a subsystem from before: all of the past that a decision depends on.
 *
 * <p>Immutable. Commits are the keys of what is said about versions, because a version is only as good as the commit it
 * was read from.
 *
 * @param current what is installed, or null when nothing is known to be
 * @param previous what was installed before, or null
 * @param wanted what an update now in progress or accepted leads to, or null: nothing older is started after it
 * @param held what waits, as the last decision said, or null
 * @param quarantined by commit
 * @param verdicts by commit
 * @param sightings by tag, or by commit for the strategy {@link Strategy#COMMITS}
 * @param highestSerial highest serial of a signed manifest that was accepted, 0 before the first
 */
public record SubsystemState(UpstreamVersion current, UpstreamVersion previous, UpstreamVersion wanted, Finding held,
        Map<String, Quarantine> quarantined, Map<String, Verdict> verdicts, Map<String, Sighting> sightings, long highestSerial) {
    /** Nothing installed and nothing seen. */
    public static final SubsystemState EMPTY = new SubsystemState(null, null, null, null, Map.of(), Map.of(), Map.of(), 0);

    /** Copies the maps. */
    public SubsystemState {
        quarantined = Map.copyOf(quarantined);
        verdicts = Map.copyOf(verdicts);
        sightings = Map.copyOf(sightings);
    }

    /** The same with this installed and nothing on its way; what was installed becomes the previous one. */
    public SubsystemState installed(UpstreamVersion version) {
        return new SubsystemState(version, current, null, held, quarantined, verdicts, sightings, highestSerial);
    }

    /** The same on its way to a version, or to none when null. */
    public SubsystemState wanting(UpstreamVersion version) {
        return new SubsystemState(current, previous, version, held, quarantined, verdicts, sightings, highestSerial);
    }

    /** The same with these sightings. */
    public SubsystemState seeing(Map<String, Sighting> seen) {
        return new SubsystemState(current, previous, wanted, held, quarantined, verdicts, seen, highestSerial);
    }

    /** The same with a version in quarantine and no longer wanted. */
    public SubsystemState quarantining(Quarantine quarantine) {
        Map<String, Quarantine> all = with(quarantined, quarantine.version().commit(), quarantine);
        UpstreamVersion stillWanted = quarantine.version().equals(wanted) ? null : wanted;
        return new SubsystemState(current, previous, stillWanted, held, all, verdicts, sightings, highestSerial);
    }

    /** The same with a person's word about a commit. */
    public SubsystemState judging(String commit, Verdict verdict) {
        return new SubsystemState(current, previous, wanted, held, quarantined, with(verdicts, commit, verdict), sightings, highestSerial);
    }

    private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> copy = new HashMap<>(map);
        copy.put(key, value);
        return copy;
    }
}
