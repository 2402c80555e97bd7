package io.waystation.update;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.waystation.github.Release;
import io.waystation.update.git.RemoteTag;
import io.waystation.update.version.RefName;
import io.waystation.update.version.TagPattern;
import io.waystation.update.version.Version;
import io.waystation.update.version.VersionReading;

/**
 * Takes a subsystem's versions out of an upstream's tags, and says of each refused tag why.
 *
 * @param newestFirst versions, whether they may be taken or not
 * @param refused tags that are no versions, and releases without a tag
 */
record Candidates(List<Candidate> newestFirst, List<Finding> refused) {
    static Candidates of(Subsystem subsystem, UpstreamReading reading) {
        Selection selection = subsystem.selection();
        Map<String, Release> releases = new HashMap<>();
        if (selection.strategy() == Strategy.RELEASES) {
            reading.releases().stream().filter(r -> !r.draft()).forEach(r -> releases.putIfAbsent(r.tag(), r));
        }
        List<Candidate> candidates = new ArrayList<>();
        List<Finding> refused = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (RemoteTag tag : reading.tags()) {
            names.add(tag.name());
            read(selection, tag, releases, refused).ifPresent(candidates::add);
        }
        releases.keySet().stream().filter(tag -> !names.contains(tag)).forEach(tag -> withoutTag(selection, tag, refused));
        candidates.sort(Candidate.NEWEST_FIRST);
        refused.sort(Comparator.comparing((Finding finding) -> finding.rule().action()).reversed()
                .thenComparing(Finding::rule).thenComparing(Finding::subject));
        return new Candidates(List.copyOf(candidates), List.copyOf(refused));
    }

    private static Optional<Candidate> read(Selection selection, RemoteTag tag, Map<String, Release> releases, List<Finding> refused) {
        Optional<String> hostile = RefName.problem(tag.name());
        if (hostile.isPresent()) {
            String shown = RefName.printable(tag.name());
            refused.add(new Finding(Rule.HOSTILE_REF, shown, "The tag " + shown + " " + hostile.get() + ".", null, null));
            return Optional.empty();
        }
        return version(selection, tag.name(), refused)
                .map(version -> new Candidate(version, new UpstreamVersion(version.text(), tag.name(), tag.commit()), releases.get(tag.name())));
    }

    private static Optional<Version> version(Selection selection, String tag, List<Finding> refused) {
        Optional<String> text;
        try {
            text = selection.tags().versionIn(tag);
        } catch (TagPattern.TooSlowException slow) {
            refused.add(new Finding(Rule.PATTERN_TOO_SLOW, tag, "The tag pattern " + selection.tags() + " takes too long on " + tag + ".", null, null));
            return Optional.empty();
        }
        if (text.isEmpty()) {
            return Optional.empty(); // another subsystem's, in a repository with several
        }
        VersionReading reading = selection.scheme().read(text.get());
        if (reading instanceof VersionReading.Read read) {
            return Optional.of(read.version());
        }
        VersionReading.Refused problem = (VersionReading.Refused) reading;
        refused.add(new Finding(Rule.valueOf(problem.code().name()), tag, problem.reason() + ".", null, null));
        return Optional.empty();
    }

    private static void withoutTag(Selection selection, String tag, List<Finding> refused) {
        String shown = RefName.printable(tag);
        if (RefName.problem(tag).isPresent() || version(selection, tag, new ArrayList<>()).isPresent()) {
            refused.add(new Finding(Rule.RELEASE_WITHOUT_TAG, shown, "There is a release for " + shown + ", but Git has no such tag.", null, null));
        }
    }
}
