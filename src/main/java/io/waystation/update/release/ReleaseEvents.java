package io.waystation.update.release;

import java.time.Clock;
import java.util.List;

import org.apache.camel.Exchange;
import org.apache.commons.codec.digest.DigestUtils;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.event.Headers;
import io.waystation.work.WorkItem;

/** Bean {@code releaseEvents}: makes events of releases that are out, and of those that another hub sends. Thread-safe. */
public final class ReleaseEvents {
    /** Type of the event that a release is. */
    public static final String TYPE = "io.waystation.release.published";
    /** Queue of releases that are out and not yet in the log. */
    public static final String QUEUE = "releases";
    private static final Headers JSON = Headers.of(List.of(new Headers.Header("content-type", "application/json")));
    private static final int SHOWN_DIGEST = 16;

    private final ReleaseLedger ledger;
    private final ReleaseSettings settings;
    private final ReleaseVerifier verifier;
    private final TrustedKeys pinned;
    private final ReleasePublisher publisher;
    private final Clock clock;

    ReleaseEvents(ReleaseLedger ledger, ReleaseSettings settings, ReleaseVerifier verifier, TrustedKeys pinned, ReleasePublisher publisher,
            Clock clock) {
        this.ledger = ledger;
        this.settings = settings;
        this.verifier = verifier;
        this.pinned = pinned;
        this.publisher = publisher;
        this.clock = clock;
    }

    /** Makes the event of the release that is the body of a work item; its id is the item's, so that the log takes it once. */
    public void event(Exchange exchange) {
        WorkItem item = WorkItem.of(exchange);
        ReleaseManifest manifest = ReleaseCodec.read(Envelope.read(item.body()).payload());
        String source = "/waystation/" + settings.hub();
        exchange.getMessage().setBody(new Event(item.id(), settings.channel(), source, TYPE, manifest.subsystem(), clock.instant(),
                source + "/" + manifest.subsystem(), "waystation:" + settings.hub(), delivery(manifest, item.body()), null, "POST",
                "/" + settings.channel(), null, JSON, item.body()));
    }

    /** Notes that the release of a work item is in the log. */
    public void told(Exchange exchange) {
        ReleaseManifest manifest = ReleaseCodec.read(Envelope.read(WorkItem.of(exchange).body()).payload());
        ledger.told(manifest.subsystem(), manifest.serial());
    }

    /** Brings to the log what a hub that died did not, and signs again what gets old. */
    public void refresh() {
        publisher.tellAll();
        publisher.refresh();
    }

    /**
     * Makes an event of this hub's own of one that came over the stream of another hub. It is verified if a trusted key signed it;
     * the group that acts on it looks at everything once more, and says why it refuses what it refuses.
     */
    public void receive(Exchange exchange) {
        Event event = exchange.getMessage().getBody() instanceof Event body ? body
                : exchange.getProperty(EventHeaders.EVENT_PROPERTY, Event.class);
        if (!TYPE.equals(event.type()) || event.body().length > Envelope.LARGEST) {
            exchange.setRouteStop(true);
            return;
        }
        String verified = Event.UNVERIFIED;
        String delivery = null;
        try {
            ReleaseVerifier.Signed signed = verifier.open(event.body(), pinned.with(ledger.keys()), clock.instant());
            verified = "release:" + signed.signer();
            delivery = delivery(signed.manifest(), event.body());
        } catch (ReleaseException unproven) {
            // the group refuses it by name; a key that is vouched for in an event before this one may be known by then
        }
        exchange.getMessage().setBody(new Event(event.id(), settings.channel(), event.source(), TYPE, event.subject(), clock.instant(),
                event.source() + "/" + event.subject(), verified, delivery, null, "POST", "/" + settings.channel(), null, JSON, event.body()));
    }

    private static String delivery(ReleaseManifest manifest, byte[] envelope) {
        return ReleasePublisher.id(manifest) + "-" + DigestUtils.sha256Hex(envelope).substring(0, SHOWN_DIGEST);
    }
}
