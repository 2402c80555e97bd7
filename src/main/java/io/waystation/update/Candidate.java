package io.waystation.update;

import java.util.Comparator;

import io.waystation.github.Release;
import io.waystation.update.version.Version;

/**
 * A tag that is a version of the subsystem.
 *
 * @param version its version
 * @param at the version with its tag and commit
 * @param release its published release, or null when there is none or the strategy asks for none
 */
record Candidate(Version version, UpstreamVersion at, Release release) {
    /** The newest first; equal versions by their tag, so that the server's order never matters. */
    static final Comparator<Candidate> NEWEST_FIRST =
            Comparator.comparing(Candidate::version).reversed().thenComparing(candidate -> candidate.at().tag());

    boolean isMarkedPrerelease() {
        return release != null && release.prerelease();
    }
}
