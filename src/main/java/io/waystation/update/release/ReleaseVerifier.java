package io.waystation.update.release;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

import io.waystation.update.Platform;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.version.Version;
import io.waystation.update.version.VersionReading;
import io.waystation.update.version.VersionScheme;

/**
 * Says whether a machine may act on a signed release.
 *
 * <p>A pure function of the envelope, the keys, what the machine knows, and the time. The signature is checked before anything
 * of the payload is read. Immutable and thread-safe.
 */
public final class ReleaseVerifier {
    private final Platform platform;

    /** For a machine. */
    public ReleaseVerifier(Platform platform) {
        this.platform = platform;
    }

    /**
     * What a machine has accepted of a subsystem.
     *
     * @param highestSerial highest serial that was accepted, 0 before the first
     * @param payload the payload that had it, or null where it is not kept
     */
    public record Known(long highestSerial, byte[] payload) {
        /** Nothing. */
        public static final Known NOTHING = new Known(0, null);
    }

    /**
     * A release whose signature holds.
     *
     * @param manifest what it says
     * @param payload its exact bytes, not copied
     * @param signer name of the key that signed it
     */
    public record Signed(ReleaseManifest manifest, byte[] payload, String signer) { }

    /**
     * Checks who signed it, and that it is a release.
     *
     * @throws ReleaseException why not
     */
    public Signed open(byte[] envelope, TrustedKeys keys, Instant now) {
        Envelope read = Envelope.read(envelope);
        if (!read.payloadType().equals(Envelope.RELEASE)) {
            throw new ReleaseException(Refusal.WRONG_PAYLOAD_TYPE, "The envelope holds something that is no release.");
        }
        String signer = keys.signerOf(read, now);
        return new Signed(ReleaseCodec.read(read.payload()), read.payload(), signer);
    }

    /**
     * Checks whether it is news and in time.
     *
     * @return whether it is news; false for the very one that was accepted last, which a stream may bring again
     * @throws ReleaseException {@link Refusal#REPLAYED}, {@link Refusal#FORKED} or {@link Refusal#EXPIRED}
     */
    public boolean isNews(Signed release, Known known, Instant now) {
        ReleaseManifest manifest = release.manifest();
        if (manifest.serial() < known.highestSerial()) {
            throw new ReleaseException(Refusal.REPLAYED, "The release of " + manifest.subsystem() + " has the serial " + manifest.serial()
                    + ", and " + known.highestSerial() + " was accepted before.");
        }
        boolean again = manifest.serial() == known.highestSerial() && known.payload() != null;
        if (again && !Arrays.equals(known.payload(), release.payload())) {
            throw new ReleaseException(Refusal.FORKED, "There are two different releases of " + manifest.subsystem() + " with the serial "
                    + manifest.serial() + ". The key " + release.signer() + " is used by two hubs, or stolen.");
        }
        expired(manifest, now).ifPresent(problem -> {
            throw problem;
        });
        return !again;
    }

    /**
     * Why a release that was accepted cannot be acted on now, if so.
     *
     * @param current what is installed, or null
     * @param scheme how its versions are numbered
     * @return {@link Refusal#EXPIRED}, {@link Refusal#BELOW_MINIMUM} or {@link Refusal#WRONG_PLATFORM}
     */
    public Optional<ReleaseException> problem(ReleaseManifest manifest, UpstreamVersion current, VersionScheme scheme, Instant now) {
        Optional<ReleaseException> late = expired(manifest, now);
        if (late.isPresent()) {
            return late;
        }
        if (isBelowMinimum(manifest, current, scheme)) {
            return Optional.of(new ReleaseException(Refusal.BELOW_MINIMUM, manifest.version() + " of " + manifest.subsystem() + " needs at least "
                    + manifest.minimumCurrent() + " to be installed first, and " + current.label() + " is."));
        }
        if (manifest.artefactFor(platform).isEmpty()) {
            return Optional.of(new ReleaseException(Refusal.WRONG_PLATFORM, "The release of " + manifest.subsystem() + " " + manifest.version()
                    + " has no file for " + platform.os() + "/" + platform.arch() + "."));
        }
        return Optional.empty();
    }

    private static Optional<ReleaseException> expired(ReleaseManifest manifest, Instant now) {
        return now.isBefore(manifest.expires()) ? Optional.empty()
                : Optional.of(new ReleaseException(Refusal.EXPIRED, "The release " + manifest.serial() + " of " + manifest.subsystem()
                        + " expired at " + manifest.expires() + ". Either nothing newer was published, or somebody holds it back."));
    }

    private static boolean isBelowMinimum(ReleaseManifest manifest, UpstreamVersion current, VersionScheme scheme) {
        if (manifest.minimumCurrent() == null || current == null) {
            return false;
        }
        Optional<Version> least = version(scheme, manifest.minimumCurrent());
        Optional<Version> installed = version(scheme, current.version());
        return least.isEmpty() || installed.isEmpty() || installed.get().compareTo(least.get()) < 0;
    }

    private static Optional<Version> version(VersionScheme scheme, String text) {
        return scheme.read(text) instanceof VersionReading.Read read ? Optional.of(read.version()) : Optional.empty();
    }
}
