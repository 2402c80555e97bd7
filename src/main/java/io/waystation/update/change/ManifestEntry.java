package io.waystation.update.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

import io.waystation.update.Finding;
import io.waystation.update.Quarantine;
import io.waystation.update.Rule;
import io.waystation.update.Sighting;
import io.waystation.update.SubsystemState;
import io.waystation.update.Verdict;

/**
 * What the manifest says of one subsystem. Immutable; change it with {@link #edit()}.
 *
 * @param name the subsystem
 * @param upstreamRepo where its versions come from
 * @param currentCommit commit of the binary in use, null where it is not known
 * @param currentTag version of the binary in use, null where it is not known
 * @param currentVersion the same as upstream writes it, without what a tag pattern puts around it
 * @param currentSha256 digest of the binary in use; null where there is none
 * @param latestCommit newest commit that was seen upstream and may be used
 * @param latestTag newest version that was seen upstream and may be used
 * @param lastUpdated when the binary in use was put there
 * @param previous what was in use before, kept in {@code .bin/.previous}
 * @param wanted what is to be in use next
 * @param held what is not put in use, and why
 * @param quarantined versions that were rolled back and are not tried again, oldest first
 * @param verdicts what people said about versions, by commit
 * @param serial highest serial of a signed manifest that was accepted; 0 before the first
 * @param changing a change that has begun and not ended
 */
@JsonPropertyOrder({"name", "upstream_repo", "current_commit", "current_tag", "current_version", "current_sha256",
    "latest_commit", "latest_tag", "update_available", "last_updated", "previous", "wanted", "held", "quarantined",
    "verdicts", "serial", "changing"})
@JsonIgnoreProperties(ignoreUnknown = true)
public record ManifestEntry(String name, String upstreamRepo, String currentCommit, String currentTag, String currentVersion,
        String currentSha256, String latestCommit, String latestTag, Instant lastUpdated, Artefact previous, Wanted wanted,
        Held held, List<Quarantined> quarantined, Map<String, Verdict> verdicts, long serial, ChangeState changing) {
    private static final int MOST_KEPT = 100;

    /** What is to be in use next, since when, and what caused it. */
    public record Wanted(Artefact artefact, Instant since, String cause) { }

    /**
     * A version that is not put in use for now.
     *
     * @param rule stable code of the rule that holds it, such as {@code approval}
     * @param reason for a person
     * @param until when it is looked at again, or null when time alone changes nothing
     */
    public record Held(Artefact artefact, String rule, String reason, Instant since, Instant until) { }

    /** A version that was rolled back, why and when. */
    public record Quarantined(Artefact artefact, String reason, Instant since) { }

    /** Nothing known but the name. */
    public static ManifestEntry of(String name) {
        return new ManifestEntry(name, null, null, null, null, null, null, null, null, null, null, null, List.of(), Map.of(), 0,
                null);
    }

    /** Copies the list and the map. */
    public ManifestEntry {
        quarantined = quarantined == null ? List.of() : List.copyOf(quarantined);
        verdicts = verdicts == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(verdicts));
    }

    /** The binary in use; every part may be null. */
    public Artefact current() {
        return new Artefact(currentVersion, currentTag, currentCommit, currentSha256);
    }

    /** Whether the newest usable version is another one than that in use, and not quarantined. */
    @JsonProperty("update_available")
    public boolean updateAvailable() {
        Artefact latest = new Artefact(null, latestTag, latestCommit, null);
        return (latestCommit != null || latestTag != null) && !current().sameVersion(latest) && !isQuarantined(latest);
    }

    /** Whether this version, or this very file, was rolled back and not released again by a person. */
    public boolean isQuarantined(Artefact artefact) {
        return quarantined.stream().anyMatch(bad -> bad.artefact().sameVersion(artefact)
                || artefact.sha256() != null && artefact.sha256().equals(bad.artefact().sha256()));
    }

    /**
     * What a decision depends on.
     *
     * @param sightings what each tag was when it was first seen, which the manifest does not hold
     */
    public SubsystemState state(Map<String, Sighting> sightings) {
        Map<String, Quarantine> bad = new HashMap<>();
        for (Quarantined one : quarantined) {
            if (one.artefact().commit() != null) {
                bad.put(one.artefact().commit(), new Quarantine(one.artefact().upstream(), one.reason(), one.since()));
            }
        }
        return new SubsystemState(current().upstream(), previous == null ? null : previous.upstream(),
                wanted == null ? null : wanted.artefact().upstream(), finding(), bad, verdicts, sightings, serial);
    }

    private Finding finding() {
        if (held == null) {
            return null;
        }
        return Arrays.stream(Rule.values()).filter(rule -> rule.code().equals(held.rule())).findFirst()
                .map(rule -> new Finding(rule, held.artefact().toString(), held.reason(), held.artefact().upstream(), held.until()))
                .orElse(null);
    }

    /** A copy to change. */
    public Edit edit() {
        return new Edit(this);
    }

    /** A copy of an entry while it is changed. Not thread-safe. */
    public static final class Edit {
        private final ManifestEntry from;
        private String upstream;
        private Artefact current;
        private String latestTag;
        private String latestCommit;
        private Instant lastUpdated;
        private Artefact previous;
        private Wanted wanted;
        private Held held;
        private List<Quarantined> quarantined;
        private Map<String, Verdict> verdicts;
        private long serial;
        private ChangeState changing;

        private Edit(ManifestEntry from) {
            this.from = from;
            upstream = from.upstreamRepo;
            current = from.current();
            latestTag = from.latestTag;
            latestCommit = from.latestCommit;
            lastUpdated = from.lastUpdated;
            previous = from.previous;
            wanted = from.wanted;
            held = from.held;
            quarantined = from.quarantined;
            verdicts = from.verdicts;
            serial = from.serial;
            changing = from.changing;
        }

        /** Where the versions come from. */
        public Edit upstream(String repository) {
            upstream = repository;
            return this;
        }

        /** The binary in use, and since when. */
        public Edit current(Artefact now, Instant since) {
            current = now;
            lastUpdated = since;
            return this;
        }

        /** The newest version upstream that may be used. */
        public Edit latest(String tag, String commit) {
            latestTag = tag;
            latestCommit = commit;
            return this;
        }

        /** What is kept in {@code .bin/.previous}; null for nothing. */
        public Edit previous(Artefact kept) {
            previous = kept;
            return this;
        }

        /** What is to be in use next; null for nothing. */
        public Edit wanted(Wanted next) {
            wanted = next;
            return this;
        }

        /** What is not put in use; null for nothing. */
        public Edit held(Held version) {
            held = version;
            return this;
        }

        /** Adds a version that must not be tried again; of more than a hundred the oldest are forgotten. */
        public Edit quarantine(Quarantined bad) {
            List<Quarantined> all = new ArrayList<>(quarantined);
            all.removeIf(known -> known.artefact().sameVersion(bad.artefact()));
            all.add(bad);
            quarantined = all.subList(Math.max(0, all.size() - MOST_KEPT), all.size());
            return this;
        }

        /** Lets a version, named by its tag, its commit or itself, be tried again. */
        public Edit unquarantine(String version) {
            quarantined = quarantined.stream()
                    .filter(bad -> !version.equals(bad.artefact().tag()) && !version.equals(bad.artefact().commit())
                            && !version.equals(bad.artefact().version()))
                    .toList();
            return this;
        }

        /** Nothing is wanted or held any more that a change to this version has settled. */
        Edit reached(Artefact version) {
            wanted = wanted != null && version.sameVersion(wanted.artefact()) ? null : wanted;
            held = held != null && version.sameVersion(held.artefact()) ? null : held;
            return this;
        }

        /** What a person said about the version of a commit; of more than a hundred the oldest are forgotten. */
        public Edit verdict(String commit, Verdict verdict) {
            Map<String, Verdict> all = new TreeMap<>(verdicts);
            all.put(commit, verdict);
            if (all.size() > MOST_KEPT) {
                all.entrySet().stream().min(Comparator.comparing(said -> said.getValue().at()))
                        .ifPresent(oldest -> all.remove(oldest.getKey()));
            }
            verdicts = all;
            return this;
        }

        /** Highest serial of a signed manifest that was accepted. */
        public Edit serial(long highest) {
            serial = highest;
            return this;
        }

        /** The change under way; null for none. */
        public Edit changing(ChangeState state) {
            changing = state;
            return this;
        }

        /** The changed copy. */
        public ManifestEntry done() {
            return new ManifestEntry(from.name, upstream, current.commit(), current.tag(), current.version(),
                    current.sha256(), latestCommit, latestTag, lastUpdated, previous, wanted, held, quarantined, verdicts,
                    serial, changing);
        }
    }
}
