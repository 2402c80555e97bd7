package io.waystation.update.release;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

import io.waystation.update.Platform;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.version.RefName;

/**
 * What a release is: one version of one subsystem, its files, and who may have it now. Immutable, and checked when it is made.
 *
 * <p>Every published manifest of a subsystem has the next serial, also one that only opens a release to more machines or halts
 * it. What a version is called here is what upstream calls it; where its files are is in {@link ReleaseArtefact#urls}.
 *
 * @param schema {@link #SCHEMA}
 * @param serial from 1, rising by one
 * @param subsystem lower-case words joined by dashes
 * @param version as upstream writes it, such as {@code 2.10.25}; the short commit where a branch is followed
 * @param tag upstream's tag; empty where a branch is followed
 * @param commit upstream's commit, 40 or 64 hexadecimal digits
 * @param repository upstream's address
 * @param published when it was signed
 * @param expires when it must not be acted on any more
 * @param minimumCurrent the oldest installed version that may go to this one directly, or null for all
 * @param artefacts its files, one for each platform
 * @param rollout who may have it now
 * @param keys keys that are trusted from now on, because a trusted key signs this
 */
@JsonPropertyOrder({"schema", "serial", "subsystem", "version", "tag", "commit", "repository", "published", "expires",
    "minimumCurrent", "artefacts", "rollout", "keys"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ReleaseManifest(String schema, long serial, String subsystem, String version, String tag, String commit,
        String repository, Instant published, Instant expires, String minimumCurrent, List<ReleaseArtefact> artefacts,
        Rollout rollout, List<ReleaseKey> keys) {
    /** The form of manifest that is written and understood here. */
    public static final String SCHEMA = "waystation.release/1";
    private static final int MOST_ARTEFACTS = 64;
    private static final int MOST_KEYS = 16;
    private static final int LONGEST_ADDRESS = 500;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(?:-[a-z0-9]+)*");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    /** Checks every part; a manifest of another schema is refused before the rest is looked at. */
    public ReleaseManifest {
        requireKnown(Field.present("schema", schema));
        Field.require(serial > 0, "serial", serial);
        Field.matching("subsystem", subsystem, NAME);
        Field.require(RefName.problem(Field.present("version", version)).isEmpty(), "version", version);
        Field.require(Field.present("tag", tag).isEmpty() || RefName.problem(tag).isEmpty(), "tag", tag);
        Field.matching("commit", commit, COMMIT);
        Field.require(Field.present("repository", repository).length() <= LONGEST_ADDRESS, "repository", repository);
        Field.present("published", published);
        Field.require(Field.present("expires", expires).isAfter(published), "expires", expires);
        Field.require(minimumCurrent == null || RefName.problem(minimumCurrent).isEmpty(), "minimumCurrent", minimumCurrent);
        artefacts = Field.list("artefacts", Field.present("artefacts", artefacts), MOST_ARTEFACTS);
        Field.require(!artefacts.isEmpty(), "artefacts", "none");
        Field.present("rollout", rollout);
        keys = Field.list("keys", keys, MOST_KEYS);
    }

    static void requireKnown(String schema) {
        if (!SCHEMA.equals(schema)) {
            throw new ReleaseException(Refusal.UNKNOWN_SCHEMA, "The release is of the schema " + RefName.printable(schema)
                    + ", and this hub knows " + SCHEMA + ".");
        }
    }

    /** The version with the tag and commit that upstream has for it. */
    public UpstreamVersion upstream() {
        return new UpstreamVersion(version, tag, commit);
    }

    /** The file for a machine. */
    public Optional<ReleaseArtefact> artefactFor(Platform platform) {
        return artefacts.stream().filter(artefact -> artefact.isFor(platform)).findFirst();
    }

    /** The same release with those of these files that are for platforms it has none for. */
    public ReleaseManifest with(List<ReleaseArtefact> more) {
        List<ReleaseArtefact> all = new ArrayList<>(artefacts);
        more.stream().filter(file -> artefactFor(new Platform(file.os(), file.arch())).isEmpty()).forEach(all::add);
        return new ReleaseManifest(schema, serial, subsystem, version, tag, commit, repository, published, expires, minimumCurrent, all, rollout, keys);
    }

    /** The same release with the next serial, for other machines or none, signed at another time. */
    public ReleaseManifest again(long nextSerial, Rollout now, Instant signed, Instant until, List<ReleaseKey> vouched) {
        return new ReleaseManifest(schema, nextSerial, subsystem, version, tag, commit, repository, signed, until, minimumCurrent,
                artefacts, now, vouched);
    }
}
