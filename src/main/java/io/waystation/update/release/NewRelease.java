package io.waystation.update.release;

import java.util.List;

import io.waystation.update.UpstreamVersion;

/**
 * A version to be released.
 *
 * @param subsystem its name
 * @param version what upstream calls it
 * @param repository upstream's address
 * @param minimumCurrent the oldest installed version that may go to it directly, or null for all
 * @param artefacts its files
 */
public record NewRelease(String subsystem, UpstreamVersion version, String repository, String minimumCurrent, List<ReleaseArtefact> artefacts) {
    /** Copies the list. */
    public NewRelease {
        artefacts = List.copyOf(artefacts);
    }

    boolean isThatOf(ReleaseManifest manifest) {
        return manifest.upstream().equals(version) && manifest.artefacts().containsAll(artefacts); // others may have built more
    }
}
