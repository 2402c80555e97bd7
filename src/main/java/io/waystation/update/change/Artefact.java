package io.waystation.update.change;

import io.waystation.update.UpstreamVersion;

/**
 * One build of one version of a subsystem. Every part may be null where it is not known.
 *
 * @param version as upstream writes it, such as {@code 2.10.25}
 * @param tag the whole tag, such as {@code v2.10.25}; null where there is none
 * @param commit full commit id
 * @param sha256 digest of the binary, lower-case hexadecimal; null where there is none yet
 */
public record Artefact(String version, String tag, String commit, String sha256) {
    /** A version that is no file yet. */
    public static Artefact of(UpstreamVersion version) {
        return new Artefact(version.version(), version.tag().isEmpty() ? null : version.tag(), version.commit(), null);
    }

    /** A file of which nothing else is known. */
    static Artefact file(String sha256) {
        return new Artefact(null, null, null, sha256);
    }

    /** The same version as this file. */
    Artefact as(String digest) {
        return new Artefact(version, tag, commit, digest);
    }

    /** The version, or null where no commit is known. */
    public UpstreamVersion upstream() {
        return commit == null ? null : new UpstreamVersion(version == null ? String.valueOf(tag) : version,
                tag == null ? "" : tag, commit);
    }

    /** Whether the other is the same version, whatever file it became: by commit, or by tag where one is not known. */
    public boolean sameVersion(Artefact other) {
        if (commit != null && other.commit != null) {
            return commit.equals(other.commit);
        }
        return tag != null && tag.equals(other.tag);
    }

    @Override
    public String toString() {
        if (tag != null) {
            return tag;
        }
        if (commit != null) {
            return commit;
        }
        return sha256 == null ? "nothing" : "sha256:" + sha256;
    }
}
