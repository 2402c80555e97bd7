package io.waystation.update.release;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.waystation.update.Platform;

/** Releases for tests. */
public final class TestReleases {
    /** The machine of the tests. */
    public static final Platform MACHINE = new Platform("linux", "amd64");
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String COMMIT = "1d6f7ea0c0ffee00112233445566778899aabbcc";

    private TestReleases() {
    }

    static ReleaseManifest nats(long serial) {
        return new ReleaseManifest(ReleaseManifest.SCHEMA, serial, "nats", "2.10.25", "v2.10.25", COMMIT,
                "https://github.com/nats-io/nats-server.git", NOW, NOW.plus(Duration.ofDays(30)), "2.9.0",
                List.of(new ReleaseArtefact("linux", "amd64", "nats-linux-amd64.tar.gz", 1_234, "ab".repeat(32),
                        List.of(URI.create("https://example.com/nats-linux-amd64.tar.gz")))),
                new Rollout(10, Duration.ofSeconds(30), false, null), List.of());
    }

    static Envelope signed(ReleaseManifest manifest, SigningKey... keys) {
        return Envelope.sign(Envelope.RELEASE, ReleaseCodec.write(manifest), List.of(keys));
    }

    static TrustedKeys trusting(SigningKey... keys) {
        return TrustedKeys.pinned("test", List.of(keys).stream().map(SigningKey::publicKey).toList());
    }
}
