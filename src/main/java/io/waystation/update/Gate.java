package io.waystation.update;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import io.waystation.github.ReleaseAsset;
import io.waystation.update.version.Version;

/**
 * Whether one version may be taken now. The first rule that has something against it answers.
 *
 * @param subsystem the subsystem
 * @param state what is known from before
 * @param sightings with this reading's in them
 * @param installed version that is installed, or null when there is none or it is no version of the scheme
 * @param platform machine the files are for
 * @param now time of the decision
 */
record Gate(Subsystem subsystem, SubsystemState state, Sightings sightings, Version installed, Platform platform, Instant now) {
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

    /** What is against the version for good, whatever the time: its range, its channel, its release. */
    Optional<Finding> selected(Candidate candidate) {
        Selection selection = subsystem.selection();
        String label = candidate.at().label();
        if (!selection.range().contains(candidate.version())) {
            return finding(Rule.OUT_OF_RANGE, candidate, label + " is outside the range " + selection.range() + ".", null);
        }
        if (!selection.prerelease().takes(candidate.version(), candidate.isMarkedPrerelease())) {
            String how = candidate.version().isPrerelease() ? " is a prerelease" : " is marked as a prerelease by its release";
            return finding(Rule.PRERELEASE, candidate, label + how + "; the channel is " + selection.prerelease() + ".", null);
        }
        if (selection.strategy() == Strategy.RELEASES && candidate.release() == null) {
            return finding(Rule.TAG_WITHOUT_RELEASE, candidate, label + " has no published release.", null);
        }
        return Optional.empty();
    }

    /** What is against a selected version now. */
    Optional<Finding> passes(Candidate candidate) {
        return judged(candidate.at())
                .or(() -> moved(candidate.at()))
                .or(() -> files(candidate))
                .or(() -> rested(candidate.at(), published(candidate)))
                .or(() -> approved(candidate));
    }

    /** Quarantine, and the word of a person against it. */
    Optional<Finding> judged(UpstreamVersion version) {
        Quarantine quarantine = state.quarantined().get(version.commit());
        if (quarantine != null) {
            return finding(Rule.QUARANTINED, version, version.label() + " is in quarantine since " + quarantine.at() + ": " + quarantine.reason(), null);
        }
        Verdict verdict = verdict(version);
        if (verdict != null && !verdict.approved()) {
            return finding(Rule.REJECTED, version, version.label() + " was rejected by " + verdict.by() + " at " + verdict.at() + ".", null);
        }
        return Optional.empty();
    }

    /** A tag that names another commit than when it was first seen. */
    Optional<Finding> moved(UpstreamVersion version) {
        return sightings.commitOf(version.tag())
                .filter(before -> !before.equals(version.commit()) && !isApproved(version))
                .flatMap(before -> finding(Rule.MOVED_TAG, version,
                        "The tag " + version.tag() + " named " + before + " and now names " + version.commit() + ".", null));
    }

    /** The time a version has to rest, since it was published or first seen. */
    Optional<Finding> rested(UpstreamVersion version, Optional<Instant> published) {
        Instant since = published.orElse(sightings.firstSeen(version));
        Instant until = since.plus(subsystem.policy().cooldown());
        if (!until.isAfter(now) || isApproved(version)) {
            return Optional.empty();
        }
        String what = published.isPresent() ? " was published at " : " was first seen at ";
        return finding(Rule.COOLDOWN, version, version.label() + what + since + " and rests until " + until + ".", until);
    }

    private static Optional<Instant> published(Candidate candidate) {
        return Optional.ofNullable(candidate.release()).map(release -> release.published());
    }

    private Optional<Finding> files(Candidate candidate) {
        AssetRule rule = subsystem.selection().assets();
        if (candidate.release() == null || rule.names().isEmpty()) {
            return Optional.empty();
        }
        return rule.names().stream()
                .map(pattern -> platform.fileName(pattern, candidate.at()))
                .map(name -> file(candidate, name, rule))
                .flatMap(Optional::stream)
                .max(Comparator.comparing(finding -> finding.rule().action())); // what cannot be waited for comes first
    }

    private Optional<Finding> file(Candidate candidate, String name, AssetRule rule) {
        String release = "The release " + candidate.at().tag();
        List<ReleaseAsset> named = candidate.release().assets().stream().filter(asset -> asset.name().equals(name)).toList();
        Optional<ReleaseAsset> uploaded = named.stream().filter(ReleaseAsset::uploaded).findFirst();
        if (uploaded.isPresent()) {
            long size = uploaded.get().size();
            return size > 0 && size <= rule.largest() ? Optional.empty() : finding(Rule.WRONG_SIZE, candidate,
                    release + " has " + name + " with " + size + " bytes; from 1 to " + rule.largest() + " are allowed.", null);
        }
        Instant since = Optional.ofNullable(candidate.release().published()).orElse(sightings.firstSeen(candidate.at()));
        Instant end = since.plus(rule.patience());
        String lacks = named.isEmpty() ? " has no " + name : " has not finished the upload of " + name;
        if (!end.isAfter(now)) {
            return finding(Rule.MISSING_ASSET, candidate, release + lacks + ", " + rule.patience().toMinutes() + " minutes after it was published.", null);
        }
        Instant again = now.plus(wait(Duration.between(since, now)));
        return finding(Rule.ASSETS_UPLOADING, candidate, release + lacks + "; waiting until " + end + " at the longest.", again.isAfter(end) ? end : again);
    }

    /** Half the time that has passed, so that the waits grow, within bounds. */
    private static Duration wait(Duration passed) {
        Duration half = passed.dividedBy(2);
        return half.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : half.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : half;
    }

    private Optional<Finding> approved(Candidate candidate) {
        Optional<String> step = stepToApprove(candidate);
        if (step.isEmpty()) {
            return Optional.empty();
        }
        return approval(candidate.at(), step.get());
    }

    /** The approval that a version waits for, if nobody gave it. */
    Optional<Finding> approval(UpstreamVersion version, String step) {
        UpdatePolicy policy = subsystem.policy();
        if (isApproved(version)) {
            return Optional.empty();
        }
        Instant deadline = sightings.firstSeen(version).plus(policy.approvalDeadline());
        String who = policy.approvers().isEmpty() ? "somebody who may approve" : String.join(" or ", policy.approvers());
        Verdict stranger = state.verdicts().get(version.commit());
        String ignored = stranger == null ? "" : " What " + stranger.by() + " said does not count.";
        if (!deadline.isAfter(now)) {
            return finding(Rule.APPROVAL_EXPIRED, version, version.label() + " is " + step + ", and " + who + " did not approve it until " + deadline
                    + "; an approval still lets it through." + ignored, null);
        }
        return finding(Rule.APPROVAL, version, version.label() + " is " + step + " and waits for " + who + " until " + deadline + "." + ignored, deadline);
    }

    private Optional<String> stepToApprove(Candidate candidate) {
        var steps = subsystem.policy().approval();
        Version next = candidate.version();
        if (steps.contains(ApprovalStep.PRERELEASE) && (next.isPrerelease() || candidate.isMarkedPrerelease())) {
            return Optional.of("a prerelease");
        }
        boolean numbered = subsystem.selection().scheme().hasMeaningfulNumbers();
        if (state.current() != null && numbered && (steps.contains(ApprovalStep.MAJOR) || steps.contains(ApprovalStep.MINOR))) {
            if (installed == null) {
                return Optional.of("a step of unknown size from " + state.current().label());
            }
            boolean minor = next.minor() != installed.minor();
            if (next.major() != installed.major() || next.major() == 0 && minor && steps.contains(ApprovalStep.MAJOR)) {
                return Optional.of("a major step from " + state.current().label());
            }
            if (minor && steps.contains(ApprovalStep.MINOR)) {
                return Optional.of("a minor step from " + state.current().label());
            }
        }
        return steps.contains(ApprovalStep.ALL) ? Optional.of("a new version") : Optional.empty();
    }

    boolean isApproved(UpstreamVersion version) {
        Verdict verdict = verdict(version);
        return verdict != null && verdict.approved();
    }

    /** What was said about a version by somebody whose word counts, or null. */
    private Verdict verdict(UpstreamVersion version) {
        Verdict verdict = state.verdicts().get(version.commit());
        List<String> approvers = subsystem.policy().approvers();
        return verdict != null && (approvers.isEmpty() || approvers.contains(verdict.by())) ? verdict : null;
    }

    private static Optional<Finding> finding(Rule rule, Candidate candidate, String reason, Instant until) {
        return finding(rule, candidate.at(), reason, until);
    }

    private static Optional<Finding> finding(Rule rule, UpstreamVersion version, String reason, Instant until) {
        return Optional.of(new Finding(rule, version.label(), reason, version, until));
    }
}
