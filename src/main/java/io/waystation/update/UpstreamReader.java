package io.waystation.update;

import java.util.List;
import java.util.Optional;

import io.waystation.github.GithubException;
import io.waystation.github.Release;
import io.waystation.github.Releases;
import io.waystation.update.git.GitException;
import io.waystation.update.git.GitRemotes;
import io.waystation.update.git.RemoteRefs;

/**
 * Reads an upstream: Git tells what a tag or branch names, the release API which files a release has and whether it is a
 * prerelease. A failure becomes part of the reading. Thread-safe; keeps nothing and changes nothing.
 */
final class UpstreamReader {
    private static final int MOST_RELEASES = 1_000;

    private final GitRemotes git;
    private final Releases releases;

    UpstreamReader(GitRemotes git, Releases releases) {
        this.git = git;
        this.releases = releases;
    }

    UpstreamReading read(Subsystem subsystem, Upstream upstream, SubsystemState state) {
        try {
            RemoteRefs refs = git.refs(upstream.address(), upstream.branch());
            return switch (subsystem.selection().strategy()) {
                case COMMITS -> commits(upstream, refs, state);
                case TAGS, SIGNED -> new UpstreamReading(upstream, refs.tags(), null, true, List.of(), null);
                case RELEASES -> new UpstreamReading(upstream, refs.tags(), null, true, releases(upstream), null);
            };
        } catch (GitException failed) {
            return UpstreamReading.failed(upstream, new UpstreamReading.Problem(failed.getMessage(), failed.isRefused(), null));
        } catch (GithubException failed) {
            boolean refused = failed.retryAt().isEmpty();
            return UpstreamReading.failed(upstream, new UpstreamReading.Problem(
                    "The releases of " + upstream.repository() + " cannot be read: " + failed.getMessage(), refused, failed.retryAt().orElse(null)));
        }
    }

    private UpstreamReading commits(Upstream upstream, RemoteRefs refs, SubsystemState state) {
        UpstreamVersion before = state.wanted() == null ? state.current() : state.wanted();
        Optional<String> head = refs.head();
        boolean leadsOn = before == null || head.isEmpty() || head.get().equals(before.commit())
                || git.leadsOn(upstream.address(), upstream.branch(), before.commit());
        return new UpstreamReading(upstream, List.of(), head.orElse(null), leadsOn, List.of(), null);
    }

    private List<Release> releases(Upstream upstream) {
        if (upstream.repository().isEmpty()) {
            throw new IllegalStateException("checked when the subsystem was defined");
        }
        return releases.list(upstream.repository(), MOST_RELEASES);
    }
}
