package io.waystation.update.release;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.waystation.update.Action;
import io.waystation.update.Decision;
import io.waystation.update.DecisionRules;
import io.waystation.update.Finding;
import io.waystation.update.Platform;
import io.waystation.update.Rule;
import io.waystation.update.Selection;
import io.waystation.update.Subsystem;
import io.waystation.update.SubsystemState;
import io.waystation.update.Upstream;
import io.waystation.update.UpstreamReading;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.git.RemoteTag;
import io.waystation.update.release.ReleaseLedger.Entry;
import io.waystation.update.version.RefName;
import io.waystation.update.version.TagPattern;

/**
 * Decides about a subsystem that follows signed releases: what was accepted takes the place of upstream's tags, and then all the
 * rules of the stanza hold as they do elsewhere. Of several releases of one version the one with the highest serial counts.
 *
 * <p>A pure function of the releases, the state and the time. Thread-safe; waits for the store.
 */
public final class SignedDecisions {
    private static final int RECENT = 50;

    private final ReleaseLedger ledger;
    private final ReleaseVerifier verifier;
    private final DecisionRules rules;
    private final String machine;

    /**
     * Decisions for a machine.
     *
     * @param machine id of the machine, which gives it its place among those that are admitted
     */
    public SignedDecisions(ReleaseLedger ledger, Platform platform, String machine) {
        this.ledger = ledger;
        this.verifier = new ReleaseVerifier(platform);
        this.rules = new DecisionRules(platform);
        this.machine = machine;
    }

    /** Decides what to do now. Changes nothing. */
    public Decision decide(Subsystem subsystem, SubsystemState state, Instant now) {
        Map<String, Entry> versions = newest(subsystem.name());
        List<Finding> against = new ArrayList<>();
        List<Entry> allowed = new ArrayList<>();
        Entry inUse = state.current() == null ? null : versions.get(state.current().commit());
        for (Entry entry : versions.values()) {
            if (entry == inUse) {
                allowed.add(entry); // whatever became of it: who has it keeps it
            } else if (inUse == null || entry.manifest().serial() > inUse.manifest().serial()) {
                against(entry, subsystem, state, now).ifPresentOrElse(against::add, () -> allowed.add(entry));
            }
        }
        Decision decision = allowed.stream().anyMatch(entry -> entry.manifest().tag().isEmpty())
                ? ofBranch(subsystem, allowed, state) : ofVersions(subsystem, allowed, state, now);
        return strongest(decision, against, versions);
    }

    /** The release with the highest serial of each version, the highest first. */
    private Map<String, Entry> newest(String subsystem) {
        Map<String, Entry> versions = new LinkedHashMap<>();
        ledger.accepted(subsystem, RECENT).forEach(entry -> versions.putIfAbsent(entry.manifest().commit(), entry));
        return versions;
    }

    private Optional<Finding> against(Entry entry, Subsystem subsystem, SubsystemState state, Instant now) {
        ReleaseManifest manifest = entry.manifest();
        Optional<ReleaseException> problem = verifier.problem(manifest, state.current(), subsystem.selection().scheme(), now);
        if (problem.isPresent()) {
            return Optional.of(finding(Rule.of(problem.get().refusal().code()), manifest, problem.get().getMessage(), null));
        }
        Rollout rollout = manifest.rollout();
        String why = rollout.reason() == null ? "." : ": " + rollout.reason();
        if (rollout.halted()) {
            return Optional.of(finding(Rule.RELEASE_HALTED, manifest, "The release of " + manifest.version() + " was halted" + why, null));
        }
        int place = MachinePlace.of(machine, subsystem.name(), manifest.version());
        if (!rollout.admits(place)) {
            return Optional.of(finding(Rule.NOT_ADMITTED, manifest, "The release of " + manifest.version() + " is open to " + rollout.admits()
                    + " percent of machines, and this one has place " + place + ".", null));
        }
        if (entry.notBefore() != null && now.isBefore(entry.notBefore())) {
            return Optional.of(finding(Rule.JITTER, manifest, "This machine takes " + manifest.version() + " at " + entry.notBefore()
                    + ", so that not all do at once.", entry.notBefore()));
        }
        return Optional.empty();
    }

    private static Finding finding(Rule rule, ReleaseManifest manifest, String reason, Instant until) {
        return new Finding(rule, RefName.printable(manifest.upstream().label()), reason, manifest.upstream(), until);
    }

    private Decision ofVersions(Subsystem subsystem, List<Entry> allowed, SubsystemState state, Instant now) {
        List<RemoteTag> tags = new ArrayList<>();
        allowed.forEach(entry -> tags.add(new RemoteTag(entry.manifest().version(), entry.manifest().commit())));
        Selection all = subsystem.selection();
        Selection plain = new Selection(all.strategy(), all.scheme(), TagPattern.of("*"), all.range(), all.prerelease(), all.assets());
        Subsystem read = new Subsystem(subsystem.name(), subsystem.upstreams(), plain, subsystem.policy(), subsystem.local(), subsystem.release());
        return rules.decide(read, List.of(new UpstreamReading(upstream(allowed), tags, null, true, List.of(), null)), state, now);
    }

    /** A branch has no versions to compare: the newest release counts. */
    private static Decision ofBranch(Subsystem subsystem, List<Entry> allowed, SubsystemState state) {
        Entry newest = allowed.get(0);
        UpstreamVersion version = newest.manifest().upstream();
        Rule rule = state.current() == null ? Rule.FIRST_VERSION : Rule.NEWER_COMMIT;
        String reason = "The newest signed release is of " + version.label() + ".";
        if (state.quarantined().containsKey(version.commit())) {
            rule = Rule.QUARANTINED;
            reason = version.label() + " failed here before: " + state.quarantined().get(version.commit()).reason();
        } else if (!isOther(version, state.current())) {
            rule = Rule.UP_TO_DATE;
            reason = version.label() + " is the newest signed release.";
        }
        Finding said = new Finding(rule, version.label(), reason, version, null);
        return new Decision(subsystem.name(), rule.action(), rule, reason, state.current(), version,
                rule.action() == Action.UPDATE ? version : null, null, upstream(allowed), List.of(said), 0, state.sightings());
    }

    /** Not one of the stanza's, so that nothing is said about tags that are not among the releases. */
    private static Upstream upstream(List<Entry> allowed) {
        return new Upstream(allowed.isEmpty() ? "signed releases" : allowed.get(0).manifest().repository(), "", "");
    }

    private static boolean isOther(UpstreamVersion version, UpstreamVersion current) {
        return current == null || !current.commit().equals(version.commit());
    }

    /** An update goes first, then what the stanza holds; else the newest release that waits or is refused says why nothing is done. */
    private static Decision strongest(Decision decision, List<Finding> against, Map<String, Entry> versions) {
        List<Finding> all = new ArrayList<>(against);
        all.addAll(decision.findings());
        List<Finding> kept = all.subList(0, Math.min(all.size(), Decision.MOST_FINDINGS));
        boolean decided = against.isEmpty() || decision.action() == Action.UPDATE || decision.action() == Action.HOLD;
        Finding said = decided ? null : against.get(0);
        return new Decision(decision.subsystem(), said == null ? decision.action() : said.rule().action(), said == null ? decision.rule() : said.rule(),
                said == null ? decision.reason() : said.reason(), decision.current(), full(decision.latest(), versions),
                full(decision.wanted(), versions), said == null ? decision.until() : said.until(), decision.upstream(), kept,
                decision.omitted() + all.size() - kept.size(), decision.sightings());
    }

    /** The version with upstream's own tag. */
    private static UpstreamVersion full(UpstreamVersion version, Map<String, Entry> versions) {
        Entry entry = version == null ? null : versions.get(version.commit());
        return entry == null ? version : entry.manifest().upstream();
    }
}
