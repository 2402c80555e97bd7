package io.waystation.update.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * What the manifest says of one subsystem. Immutable; change it with {@link #edit()}.
 *
 * @param name the subsystem
 * @param upstreamRepo where its versions come from
 * @param currentCommit commit of the binary in use, null where it is not known
 * @param currentTag version of the binary in use, null where it is not known
 * @param currentSha256 digest of the binary in use; null where there is none
 * @param latestCommit newest commit that was seen upstream and may be used
 * @param latestTag newest version that was seen upstream and may be used
 * @param lastUpdated when the binary in use was put there
 * @param previous what was in use before, kept in {@code .bin/.previous}
 * @param wanted what is to be in use next
 * @param held what is not put in use, and why
 * @param quarantined versions that were rolled back and are not tried again, oldest first
 * @param serial highest serial of a signed manifest that was accepted; 0 before the first
 * @param changing a change that has begun and not ended
 */
@JsonPropertyOrder({"name", "upstream_repo", "current_commit", "current_tag", "current_sha256", "latest_commit",
    "latest_tag", "update_available", "last_updated", "previous", "wanted", "held", "quarantined", "serial", "changing"})
@JsonIgnoreProperties(ignoreUnknown = true)
public record ManifestEntry(String name, String upstreamRepo, String currentCommit, String currentTag,
        String currentSha256, String latestCommit, String latestTag, Instant lastUpdated, Artefact previous, Wanted wanted,
        Held held, List<Quarantined> quarantined, long serial, ChangeState changing) {
    private static final int MOST_QUARANTINED = 100;

    /** What is to be in use next. */
    public record Wanted(String tag, String commit, Instant since, String cause) { }

    /**
     * A version that is not put in use for now.
     *
     * @param rule stable name of the rule that holds it, such as {@code major-approval}
     * @param reason for a person
     */
    public record Held(String tag, String commit, String rule, String reason, Instant since) { }

    /** A version that was rolled back. */
    public record Quarantined(String tag, String commit, String sha256, String reason, Instant since) {
        Artefact artefact() {
            return new Artefact(tag, commit, sha256);
        }
    }

    /** Nothing known but the name. */
    public static ManifestEntry of(String name) {
        return new ManifestEntry(name, null, null, null, null, null, null, null, null, null, null, List.of(), 0, null);
    }

    /** Copies the list. */
    public ManifestEntry {
        quarantined = quarantined == null ? List.of() : List.copyOf(quarantined);
    }

    /** The binary in use; every part may be null. */
    public Artefact current() {
        return new Artefact(currentTag, currentCommit, currentSha256);
    }

    /** Whether the newest usable version is another one than that in use, and not quarantined. */
    @JsonProperty("update_available")
    public boolean updateAvailable() {
        return (latestCommit != null || latestTag != null) && !current().sameVersion(latestTag, latestCommit)
                && !isQuarantined(latestTag, latestCommit);
    }

    /** Whether this version was rolled back and not released again by a person. */
    public boolean isQuarantined(String tag, String commit) {
        return quarantined.stream().anyMatch(bad -> bad.artefact().sameVersion(tag, commit));
    }

    /** Whether a file with this digest was rolled back. */
    public boolean isQuarantined(String sha256) {
        return quarantined.stream().anyMatch(bad -> Objects.equals(bad.sha256(), sha256));
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
        private Artefact latest;
        private Instant lastUpdated;
        private Artefact previous;
        private Wanted wanted;
        private Held held;
        private List<Quarantined> quarantined;
        private long serial;
        private ChangeState changing;

        private Edit(ManifestEntry from) {
            this.from = from;
            upstream = from.upstreamRepo;
            current = from.current();
            latest = new Artefact(from.latestTag, from.latestCommit, null);
            lastUpdated = from.lastUpdated;
            previous = from.previous;
            wanted = from.wanted;
            held = from.held;
            quarantined = from.quarantined;
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
            latest = new Artefact(tag, commit, null);
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
            all.removeIf(known -> known.artefact().sameVersion(bad.tag(), bad.commit()));
            all.add(bad);
            quarantined = all.subList(Math.max(0, all.size() - MOST_QUARANTINED), all.size());
            return this;
        }

        /** Lets a version, named by its tag or its commit, be tried again. */
        public Edit unquarantine(String version) {
            quarantined = quarantined.stream()
                    .filter(bad -> !version.equals(bad.tag()) && !version.equals(bad.commit())).toList();
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
            return new ManifestEntry(from.name, upstream, current.commit(), current.tag(), current.sha256(),
                    latest.commit(), latest.tag(), lastUpdated, previous, wanted, held, quarantined, serial, changing);
        }
    }
}
