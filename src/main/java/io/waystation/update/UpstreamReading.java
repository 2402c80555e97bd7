package io.waystation.update;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.waystation.github.Release;
import io.waystation.update.git.RemoteTag;

/**
 * What was read of one upstream, unjudged.
 *
 * @param upstream the upstream
 * @param tags all its tags; empty for the strategy {@link Strategy#COMMITS}
 * @param head commit of its branch, or null where it has none
 * @param leadsOn whether that branch leads on from what is wanted, else installed; true when nothing is
 * @param releases its releases, for the strategy {@link Strategy#RELEASES}; else empty
 * @param problem why it could not be read, or null when it was
 */
public record UpstreamReading(Upstream upstream, List<RemoteTag> tags, String head, boolean leadsOn, List<Release> releases,
        Problem problem) {
    /**
     * Why an upstream could not be read.
     *
     * @param reason for a person
     * @param refused whether trying again changes nothing
     * @param retryAt when to try again, or null where nobody said
     */
    public record Problem(String reason, boolean refused, Instant retryAt) {
    }

    /** Copies the lists. */
    public UpstreamReading {
        tags = List.copyOf(tags);
        releases = List.copyOf(releases);
    }

    /** An upstream that could not be read. */
    public static UpstreamReading failed(Upstream upstream, Problem problem) {
        return new UpstreamReading(upstream, List.of(), null, false, List.of(), problem);
    }

    Optional<Release> releaseOf(String tag) {
        return releases.stream().filter(release -> !release.draft() && release.tag().equals(tag)).findFirst();
    }
}
