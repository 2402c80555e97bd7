package io.waystation.ingest;

import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.waystation.channel.ChannelPolicy;
import io.waystation.channel.ChannelQuotas;
import io.waystation.channel.Channels;
import io.waystation.channel.QuotaExceeded;
import io.waystation.channel.ResponsePolicy;
import io.waystation.channel.SubscriberCount;
import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.event.Headers;
import io.waystation.http.AddressRange;
import io.waystation.http.HttpRequest;
import io.waystation.http.ProblemException;

/**
 * Turns HTTP requests into events and answers them; the bean {@code ingest} of the routes.
 *
 * <p>Thread-safe and never blocks: it runs on event loops. A refused request ends in a
 * {@link ProblemException} before anything was kept.
 */
public final class Ingest {
    /** Exchange property: the {@link Source} an exchange came from. */
    static final String SOURCE_PROPERTY = "CamelWaystationSource";

    private static final String CHANNEL = "channel";

    private final Channels channels;
    private final ChannelQuotas quotas;
    private final Supplier<SubscriberCount> subscribers;
    private final SourceFactory sources;
    private final Clock clock;
    private final Supplier<String> ids;
    private final Acknowledgement acknowledgement;
    private final Map<String, ChannelSource> ofChannels = new ConcurrentHashMap<>();
    private final Source openChannels;
    /** Forgets a source when its route is gone. */
    private final Set<WebhookSource> configured = Collections.newSetFromMap(new WeakHashMap<>());

    /** Puts it together; {@code subscribers} is asked only by channels that need to know. */
    Ingest(IngestSettings settings, Channels channels, ChannelQuotas quotas, Supplier<SubscriberCount> subscribers,
            SourceFactory sources, Clock clock, Supplier<String> ids) {
        this.channels = channels;
        this.quotas = quotas;
        this.subscribers = subscribers;
        this.sources = sources;
        this.clock = clock;
        this.ids = ids;
        this.acknowledgement = new Acknowledgement(settings.gosmeeVersion());
        this.openChannels = sources.ofOpenChannels();
    }

    /** Verifies a post to the channel in the header {@code channel} and puts its event in place of the message. */
    public void verify(Exchange exchange) {
        String name = exchange.getMessage().getHeader(CHANNEL, String.class);
        ChannelPolicy policy = channels.policy(name).orElseThrow(Ingest::unknownChannel);
        if (policy.isForSourcesOnly()) {
            throw new ProblemException(403, "sources-only",
                    "webhooks of this channel come through its sources; post to the address of one, give the channel"
                            + " secrets, or mark it open");
        }
        accept(exchange, sourceOf(policy), policy);
    }

    /** The same for a configured source, whose channel need not be usable as an address. */
    void accept(Exchange exchange, Source source) {
        String channel = source.settings().channel();
        accept(exchange, source, channels.policy(channel).orElseThrow(Ingest::unknownChannel));
    }

    /** Takes a configured source in: its channel is its own unless somebody defined it, and its secrets are looked at. */
    void add(WebhookSource source) {
        channels.reserveForSource(source.channel());
        synchronized (configured) {
            configured.add(source);
        }
    }

    /** Looks at the secrets of every configured source; one that cannot be read keeps no other from being looked at. */
    void refreshSecrets() {
        List<WebhookSource> all;
        synchronized (configured) {
            all = List.copyOf(configured);
        }
        RuntimeException unreadable = null;
        for (WebhookSource source : all) {
            try {
                source.refreshSecrets();
            } catch (RuntimeException failed) {
                unreadable = failed;
            }
        }
        if (unreadable != null) {
            throw unreadable;
        }
    }

    private static ProblemException unknownChannel() {
        return new ProblemException(404, "no-such-channel",
                "there is no channel of this name: the hub needs the name for itself, or channels must be defined before they are used");
    }

    private Source sourceOf(ChannelPolicy policy) {
        if (policy.origin() == ChannelPolicy.Origin.ANONYMOUS) {
            return openChannels;
        }
        ChannelSource known = ofChannels.get(policy.name());
        if (known == null || known.policy() != policy) { // defined anew: secrets may have changed
            known = new ChannelSource(policy, sources.ofChannel(policy));
            ofChannels.put(policy.name(), known);
        }
        return known.source();
    }

    private void accept(Exchange exchange, Source source, ChannelPolicy policy) {
        Message message = exchange.getMessage();
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        byte[] body = message.getBody(byte[].class);
        body = body == null ? new byte[0] : body;
        checkAddress(source, request.remoteAddress());
        checkListeners(source, policy);
        Provider provider = source.settings().provider();
        if (shakesHands(source, exchange, Handshake.unsigned(provider, request.headers(), body))) {
            return;
        }
        Verdict verdict = checkSignature(source, request.headers(), body);
        if (shakesHands(source, exchange, Handshake.signed(provider, body))) {
            return;
        }
        Event event = event(source, policy.name(), verdict, request, body);
        checkQuota(source, quotas.admit(source.settings().name(), source.settings().quota(), policy, event.weight()));
        message.removeHeaders("*");
        message.setBody(event);
        exchange.setProperty(EventHeaders.EVENT_PROPERTY, event);
        exchange.setProperty(SOURCE_PROPERTY, source);
    }

    private static boolean shakesHands(Source source, Exchange exchange, Optional<Handshake.Answer> handshake) {
        if (handshake.isPresent()) {
            source.count("handshake");
            handshake.get().answer(exchange);
        }
        return handshake.isPresent();
    }

    private static void checkAddress(Source source, String address) {
        if (!source.allow().isEmpty() && !AddressRange.anyContains(source.allow(), address)) {
            throw refused(source, 403, "address-not-allowed", "webhooks of this source must not come from " + address);
        }
    }

    private void checkListeners(Source source, ChannelPolicy policy) {
        if (policy.response() != ResponsePolicy.UNAVAILABLE_WHEN_NOBODY_LISTENS) {
            return;
        }
        SubscriberCount count = subscribers.get();
        if (count == null || count.count(policy.name()) == 0) {
            source.count("nobody-listens");
            throw new ProblemException(503, "nobody-listens",
                    "nobody listens to this channel now; nothing was kept, send it again later",
                    Map.of("Retry-After", "30"));
        }
    }

    private static Verdict checkSignature(Source source, Headers headers, byte[] body) {
        Verdict verdict = source.verify(headers, body);
        if (verdict instanceof Verdict.Refused refused) {
            throw refused(source, 401, refused.reason().code(), refused.detail());
        }
        return verdict;
    }

    private void checkQuota(Source source, Optional<QuotaExceeded> exceeded) {
        if (exceeded.isPresent()) {
            source.count("over-quota");
            QuotaExceeded quota = exceeded.get();
            throw new ProblemException(429, "over-quota",
                    "over the limit of " + quota.limit() + ", which resets at " + quota.reset() + "; nothing was kept",
                    Map.of("Retry-After", Long.toString(quota.retryAfter().toSeconds())));
        }
    }

    private static ProblemException refused(Source source, int status, String code, String detail) {
        source.count(code);
        return new ProblemException(status, code, detail);
    }

    private Event event(Source source, String channel, Verdict verdict, HttpRequest request, byte[] body) {
        boolean verified = verdict instanceof Verdict.Verified;
        Provider provider = source.classifyAs(verdict, request.headers());
        EventAttributes attributes = provider.classifier().classify(request.headers(), body);
        String origin = attributes.source();
        return new Event(
                ids.get(),
                channel,
                origin == null ? "/channel/" + channel : origin,
                attributes.type(),
                attributes.subject(),
                Instant.ofEpochMilli(clock.millis()),
                verified && origin != null ? origin : channel,
                verdict instanceof Verdict.Verified proof
                        ? proof.provider().id() + ":" + (source == openChannels ? channel : source.settings().name())
                        : Event.UNVERIFIED,
                verified ? deliveryId(attributes, request.headers()) : null,
                null,
                request.method(),
                request.path(),
                source.queryOf(request),
                source.headersOf(request),
                body);
    }

    private static String deliveryId(EventAttributes attributes, Headers headers) {
        return attributes.deliveryId() != null
                ? attributes.deliveryId()
                : Allowed.id(headers.first("idempotency-key").orElse(null));
    }

    /** Answers the sender after the log has the event. */
    public void acknowledge(Exchange exchange) {
        acknowledgement.answer(exchange, exchange.getProperty(SOURCE_PROPERTY, Source.class), channels);
    }

    /** Answers that the log takes no events now; what the route {@code ingest-errors} does with a full log. */
    public void unavailable(Exchange exchange) {
        Source source = exchange.getProperty(SOURCE_PROPERTY, Source.class);
        if (source != null) {
            source.count("unavailable");
        }
        acknowledgement.unavailable(exchange);
    }

    /** Builds a source for a route. */
    SourceFactory sources() {
        return sources;
    }

    private record ChannelSource(ChannelPolicy policy, Source source) {
    }
}
