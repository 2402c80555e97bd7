package io.waystation.update.release;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Exchange;

import io.waystation.event.EventHeaders;
import io.waystation.update.Strategy;
import io.waystation.update.Subsystems;
import io.waystation.update.release.ReleaseLedger.Entry;
import io.waystation.update.release.ReleaseLedger.State;
import io.waystation.update.release.ReleaseVerifier.Known;
import io.waystation.update.release.ReleaseVerifier.Signed;

/** Bean {@code releaseInbox}: takes releases of another hub out of this hub's log, or refuses them by name. Thread-safe; waits for the store. */
public final class ReleaseInbox {
    private static final String METER = "waystation.releases.received";

    private final ReleaseLedger ledger;
    private final ReleaseVerifier verifier;
    private final TrustedKeys pinned;
    private final SerialMemory serials;
    private final Subsystems subsystems;
    private final MeterRegistry meters;
    private final Clock clock;

    /** A second memory of serials, so that a lost store lets no old release through. */
    public interface SerialMemory {
        /** The highest serial that was accepted, or 0. */
        long highest(String subsystem);

        /** Notes a serial. */
        void accepted(String subsystem, long serial);
    }

    /**
     * An inbox.
     *
     * @param pinned keys that are trusted from the start
     */
    public ReleaseInbox(ReleaseLedger ledger, ReleaseVerifier verifier, TrustedKeys pinned, SerialMemory serials, Subsystems subsystems,
            MeterRegistry meters, Clock clock) {
        this.ledger = ledger;
        this.verifier = verifier;
        this.pinned = pinned;
        this.serials = serials;
        this.subsystems = subsystems;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Accepts a release, or not. Sets the exchange property {@code accepted} to whether a subsystem has to be looked at now
     * ({@code subsystem}, {@code cause}), or {@code refused} to the code, with the reason as {@code reason}.
     */
    public void accept(Exchange exchange) {
        String event = exchange.getMessage().getHeader(EventHeaders.ID, String.class);
        String said = exchange.getMessage().getHeader(EventHeaders.SUBJECT, "", String.class);
        byte[] envelope = exchange.getMessage().getBody(byte[].class);
        try {
            ReleaseManifest manifest = accept(envelope);
            count("accepted");
            boolean followed = subsystems.find(manifest.subsystem()).filter(found -> found.selection().strategy() == Strategy.SIGNED).isPresent();
            exchange.setProperty("accepted", followed);
            exchange.setProperty("subsystem", manifest.subsystem());
            exchange.setProperty("cause", event);
        } catch (ReleaseException refused) {
            ledger.refuse(event, said, refused);
            count(refused.refusal().code());
            exchange.setProperty("accepted", false);
            exchange.setProperty("subsystem", said);
            exchange.setProperty("refused", refused.refusal().code());
            exchange.setProperty("reason", refused.getMessage());
        }
    }

    private ReleaseManifest accept(byte[] envelope) {
        Instant now = clock.instant();
        Signed release = verifier.open(envelope, pinned.with(ledger.keys()), now);
        ReleaseManifest manifest = release.manifest();
        if (verifier.isNews(release, known(manifest.subsystem()), now)) {
            Instant notBefore = now.plus(atRandom(manifest.rollout().jitter()));
            ledger.accept(new Entry(State.ACCEPTED, manifest, Envelope.read(envelope), notBefore), release.signer());
        }
        if (subsystems.find(manifest.subsystem()).isPresent()) {
            serials.accepted(manifest.subsystem(), manifest.serial());
        }
        return manifest;
    }

    private Known known(String subsystem) {
        long remembered = serials.highest(subsystem);
        return ledger.accepted(subsystem, 1).stream().filter(entry -> entry.manifest().serial() >= remembered).findFirst()
                .map(entry -> new Known(entry.manifest().serial(), entry.envelope().payload()))
                .orElse(new Known(remembered, null));
    }

    private static Duration atRandom(Duration most) {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most.toMillis() + 1));
    }

    private void count(String result) {
        Counter.builder(METER).description("Signed releases that came, by what became of them").tag("result", result).register(meters).increment();
    }
}
