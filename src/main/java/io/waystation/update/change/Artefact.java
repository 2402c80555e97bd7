package io.waystation.update.change;

/**
 * One build of one version of a subsystem.
 *
 * @param tag version by name, such as {@code v2.10.25}; null where only a commit or a file is known
 * @param commit full commit id, null where it is not known
 * @param sha256 digest of the binary, lower-case hexadecimal; null where there is none yet
 */
public record Artefact(String tag, String commit, String sha256) {
    /** Whether the other is the same version, whatever file it became. */
    public boolean sameVersion(String otherTag, String otherCommit) {
        if (commit != null && otherCommit != null) {
            return commit.equals(otherCommit);
        }
        return tag != null && tag.equals(otherTag);
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
