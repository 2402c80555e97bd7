package io.waystation.update.release;

import java.time.Clock;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.event.Event;

/**
 * Bean {@code releaseParts}: the releases of hubs that build the same versions for other platforms. Their files become part of this
 * hub's own releases, whichever of the two is released first. Thread-safe; waits for the store.
 */
public final class ReleaseParts {
    private static final Logger LOG = LoggerFactory.getLogger(ReleaseParts.class);

    private final ReleaseLedger ledger;
    private final ReleaseVerifier verifier;
    private final ReleasePublisher publisher;
    private final Clock clock;

    ReleaseParts(ReleaseLedger ledger, ReleaseVerifier verifier, ReleasePublisher publisher, Clock clock) {
        this.ledger = ledger;
        this.verifier = verifier;
        this.publisher = publisher;
        this.clock = clock;
    }

    /**
     * Takes a release, and publishes this hub's own of the same version again if that lacks a file it has. The files of a release
     * that is halted are forgotten; one that has expired, or is older than one that was taken, is refused. A hub without a key
     * keeps files until it has one.
     *
     * @param hub name of the hub it comes from
     * @param keys keys that speak for that hub
     * @param platforms what that hub may have files for
     */
    void take(String hub, Event event, TrustedKeys keys, Set<String> platforms) {
        ReleaseManifest manifest;
        try {
            ReleaseVerifier.Signed signed = verifier.open(event.body(), keys, clock.instant());
            manifest = signed.manifest();
            verifier.isNews(signed, new ReleaseVerifier.Known(ledger.partsSerial(hub, manifest.subsystem()), null),
                    manifest.rollout().halted() ? manifest.published() : clock.instant()); // a halt holds however old it is
        } catch (ReleaseException refused) {
            LOG.warn("A release of {} from the hub {} is refused: {}", event.subject(), hub, refused.getMessage());
            ledger.refuse(event.id(), event.subject(), refused);
            return;
        }
        if (manifest.rollout().halted()) {
            int dropped = ledger.dropParts(hub, manifest);
            if (dropped > 0) {
                LOG.warn("The hub {} has halted {} {}: its files ({}) go into no further release here; what was released with them stays until it is halted here too",
                        hub, manifest.subsystem(), manifest.version(), dropped);
            }
            return;
        }
        ledger.keepParts(hub, manifest, platforms);
        if (publisher.canSign()) {
            publisher.complete(manifest.subsystem());
        }
    }
}
