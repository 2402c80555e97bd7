package io.waystation.update;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.waystation.update.version.RefName;
import io.waystation.update.version.Version;
import io.waystation.update.version.VersionReading;

/**
 * Decides between tags that are versions: the strategies {@link Strategy#TAGS} and {@link Strategy#RELEASES}.
 *
 * <p>The newest version that no rule is against is taken, so a major version that waits for approval does not hold up the fixes
 * of the line that is installed. Nothing older than what is installed, or already on its way, is ever taken.
 */
final class VersionRules {
    private final Subsystem subsystem;
    private final SubsystemState state;
    private final UpstreamReading reading;
    private final Candidates candidates;
    private final List<Candidate> selected = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Version installed;
    private final Sightings sightings;
    private final Gate gate;

    VersionRules(Subsystem subsystem, SubsystemState state, UpstreamReading reading, Platform platform, Instant now) {
        this.subsystem = subsystem;
        this.state = state;
        this.reading = reading;
        this.candidates = Candidates.of(subsystem, reading);
        this.installed = version(state.current());
        Gate select = new Gate(subsystem, state, null, installed, platform, now);
        for (Candidate candidate : candidates.newestFirst()) {
            Optional<Finding> against = select.selected(candidate);
            if (against.isEmpty()) {
                selected.add(candidate);
            } else if (isAbove(candidate, installed)) {
                findings.add(against.get());
            }
        }
        this.sightings = Sightings.of(state, selected.stream().map(Candidate::at).toList(), now);
        this.gate = new Gate(subsystem, state, sightings, installed, platform, now);
    }

    Decision decide() {
        Candidate taken = null;
        List<Finding> against = new ArrayList<>();
        for (int i = 0; i < selected.size() && taken == null; i++) {
            Candidate candidate = selected.get(i);
            if (!isNews(candidate)) {
                continue;
            }
            int place = i;
            Optional<Finding> finding = older(candidate).or(() -> ambiguous(place)).or(() -> gate.passes(candidate));
            if (finding.isPresent()) {
                against.add(finding.get());
            } else {
                taken = candidate;
            }
        }
        lost().ifPresent(against::add);
        Finding said = taken != null ? taken(taken) : against.isEmpty() ? nothing() : strongest(against);
        against.addAll(findings);
        against.addAll(candidates.refused());
        return decision(said, against);
    }

    private Decision decision(Finding said, List<Finding> all) {
        boolean update = said.rule().action() == Action.UPDATE;
        UpstreamVersion latest = selected.isEmpty() ? null : selected.get(0).at();
        int kept = Math.min(all.size(), Decision.MOST_FINDINGS);
        return new Decision(subsystem.name(), said.rule().action(), said.rule(), said.reason(), state.current(), latest,
                update ? said.version() : null, said.until(), reading.upstream(), all.subList(0, kept), all.size() - kept, sightings.all());
    }

    /** Whether a candidate is newer than what is installed, or the same tag moved to a commit that a person approved. */
    private boolean isNews(Candidate candidate) {
        if (state.current() == null) {
            return true;
        }
        boolean other = !candidate.at().commit().equals(state.current().commit());
        return other && (isAbove(candidate, installed)
                || candidate.at().tag().equals(state.current().tag()) && gate.isApproved(candidate.at()));
    }

    private static boolean isAbove(Candidate candidate, Version floor) {
        return floor == null || candidate.version().compareTo(floor) > 0;
    }

    /** A version older than the one that is on its way, which may no longer be upstream. */
    private Optional<Finding> older(Candidate candidate) {
        UpstreamVersion wanted = wanted();
        Version floor = version(wanted);
        if (floor == null || candidate.version().compareTo(floor) >= 0) {
            return Optional.empty();
        }
        return Optional.of(finding(Rule.OLDER_THAN_WANTED, candidate.at(),
                candidate.at().label() + " is older than " + wanted.label() + ", which is already on its way."));
    }

    /** What is on its way, unless it is known to be bad: then something older may be better. */
    private UpstreamVersion wanted() {
        return state.wanted() == null || gate.judged(state.wanted()).isPresent() ? null : state.wanted();
    }

    /** Another tag with the same version stands beside it in the order. */
    private Optional<Finding> ambiguous(int place) {
        Candidate candidate = selected.get(place);
        if (gate.isApproved(candidate.at())) {
            return Optional.empty();
        }
        int from = place;
        while (from > 0 && selected.get(from - 1).version().equals(candidate.version())) {
            from--;
        }
        for (int i = from; i < selected.size() && selected.get(i).version().equals(candidate.version()); i++) {
            Candidate other = selected.get(i);
            if (!other.at().commit().equals(candidate.at().commit())) {
                return Optional.of(finding(Rule.AMBIGUOUS_VERSION, candidate.at(), candidate.at().tag() + " and " + other.at().tag()
                        + " are the same version, but name different commits."));
            }
        }
        return Optional.empty();
    }

    /** The tag of what is installed, or on its way, has moved or is gone. */
    private Optional<Finding> lost() {
        UpstreamVersion watched = wanted() == null ? state.current() : wanted();
        if (watched == null || watched.tag().isEmpty() || !subsystem.upstreams().get(0).equals(reading.upstream())) {
            return Optional.empty();
        }
        Optional<String> commit = reading.tags().stream().filter(tag -> tag.name().equals(watched.tag())).map(tag -> tag.commit()).findFirst();
        if (commit.isEmpty()) {
            return Optional.of(finding(Rule.DELETED_TAG, watched, "The tag " + watched.tag() + " is gone from " + reading.upstream().address() + "."));
        }
        return gate.moved(new UpstreamVersion(watched.version(), watched.tag(), commit.get()));
    }

    private Finding taken(Candidate candidate) {
        UpstreamVersion version = candidate.at();
        if (state.current() == null) {
            return finding(Rule.FIRST_VERSION, version, "Nothing is installed, and " + version.label() + " is the newest version.");
        }
        String approval = gate.isApproved(version) ? " It was approved by " + state.verdicts().get(version.commit()).by() + "." : "";
        return finding(Rule.NEWER_VERSION, version, version.label() + " is newer than " + state.current().label() + "." + approval);
    }

    /** What can be waited for comes first, then what a person should see; each time the newest version. */
    private static Finding strongest(List<Finding> against) {
        return against.stream().filter(finding -> finding.rule().action() == Action.HOLD).findFirst().orElse(against.get(0));
    }

    private Finding nothing() {
        if (selected.isEmpty() && state.current() == null) {
            return finding(Rule.NO_VERSION, null, "None of the " + reading.tags().size() + " tags is a version this subsystem may have.");
        }
        if (installed != null && !selected.isEmpty() && selected.get(0).version().compareTo(installed) < 0) {
            return finding(Rule.DOWNGRADE, selected.get(0).at(), "The newest version this subsystem may have is " + selected.get(0).at().label()
                    + ", which is older than the installed " + state.current().label() + ".");
        }
        return finding(Rule.UP_TO_DATE, null, state.current().label() + " is the newest version this subsystem may have.");
    }

    private Version version(UpstreamVersion known) {
        return known != null && subsystem.selection().scheme().read(known.version()) instanceof VersionReading.Read read ? read.version() : null;
    }

    private static Finding finding(Rule rule, UpstreamVersion version, String reason) {
        return new Finding(rule, version == null ? "" : RefName.printable(version.label()), reason, version, null);
    }
}
