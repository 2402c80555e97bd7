package io.waystation.update;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to do about a subsystem, and why.
 *
 * @param subsystem name of the subsystem
 * @param action what to do
 * @param rule the rule that decided
 * @param reason for a person: a whole sentence
 * @param current what is installed, or null
 * @param latest the newest version that is the subsystem's, taken or not, or null when upstream has none or was not read
 * @param wanted what to install, only for {@link Action#UPDATE}, else null
 * @param until when to decide again, for {@link Action#HOLD} where time helps, else null
 * @param upstream the upstream that was read, or null when none could be
 * @param findings what the rules say about newer versions and refused refs, most important first; at most {@link #MOST_FINDINGS}
 * @param omitted findings left out
 * @param sightings what the state's sightings become; the caller stores them unless it only asks
 */
public record Decision(String subsystem, Action action, Rule rule, String reason, UpstreamVersion current, UpstreamVersion latest,
        UpstreamVersion wanted, Instant until, Upstream upstream, List<Finding> findings, int omitted,
        Map<String, Sighting> sightings) {
    /** Findings kept: upstream writes as many refs as it likes. */
    public static final int MOST_FINDINGS = 50;

    /** Copies the collections. */
    public Decision {
        findings = List.copyOf(findings);
        sightings = Map.copyOf(sightings);
    }

    /** The same with further findings, least important. */
    Decision with(List<Finding> further) {
        List<Finding> all = new ArrayList<>(findings);
        further.stream().limit(MOST_FINDINGS - findings.size()).forEach(all::add);
        return new Decision(subsystem, action, rule, reason, current, latest, wanted, until, upstream, all,
                omitted + findings.size() + further.size() - all.size(), sightings);
    }

    /** The newest version that waits, also beside an update to an older one. */
    public Optional<Finding> held() {
        return findings.stream().filter(f -> f.rule().action() == Action.HOLD && f.version() != null).findFirst();
    }
}
