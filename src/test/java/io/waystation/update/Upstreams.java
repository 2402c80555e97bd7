package io.waystation.update;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import io.waystation.github.Release;
import io.waystation.update.git.RemoteTag;

/** Builds what could have been read of an upstream. */
final class Upstreams {
    private final List<RemoteTag> tags = new ArrayList<>();
    private final List<Release> releases = new ArrayList<>();

    /** Tags, each on a commit of its own that follows from its name. */
    static Upstreams tagged(String... names) {
        Upstreams upstreams = new Upstreams();
        for (String name : names) {
            upstreams.tag(name, commit(name));
        }
        return upstreams;
    }

    Upstreams tag(String name, String commit) {
        tags.add(new RemoteTag(name, commit));
        return this;
    }

    Upstreams release(Release release) {
        releases.add(release);
        return this;
    }

    UpstreamReading of(Subsystem subsystem) {
        return new UpstreamReading(subsystem.upstreams().get(0), tags, null, true, releases, null);
    }

    static UpstreamReading head(Subsystem subsystem, String commit, boolean leadsOn) {
        return new UpstreamReading(subsystem.upstreams().get(0), List.of(), commit, leadsOn, List.of(), null);
    }

    /** The version of a tag made by {@link #tagged}. */
    static UpstreamVersion version(String tag) {
        return new UpstreamVersion(tag, tag, commit(tag));
    }

    static String commit(String of) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(of.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
