package io.waystation.ingest;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.event.Headers;
import io.waystation.http.AddressRange;
import io.waystation.http.HttpRequest;

/**
 * One source of webhooks, ready to work: its settings, scheme, filters and counters.
 *
 * <p>Immutable and thread-safe.
 */
final class Source {
    private final SourceSettings settings;
    private final SignatureScheme scheme;
    private final RelayedHeaders headers;
    private final RelayedQuery query;
    private final List<AddressRange> allow;
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final MeterRegistry meters;

    /**
     * Builds the source.
     *
     * @throws IllegalArgumentException when the settings contradict each other
     */
    Source(SourceSettings settings, MeterRegistry meters) {
        this.settings = settings;
        this.scheme = SignatureSchemes.of(settings.provider(), settings.scheme());
        this.headers = new RelayedHeaders(settings.keepCredentials(), Set.of());
        this.query = new RelayedQuery(settings.keepCredentials());
        this.allow = settings.allow().stream().map(AddressRange::of).toList();
        this.meters = meters;
    }

    /** Its settings. */
    SourceSettings settings() {
        return settings;
    }

    /** Checks the signature. */
    Verdict verify(Headers received, byte[] body) {
        return scheme.verify(received, body);
    }

    /** Addresses that may send; empty means any. */
    List<AddressRange> allow() {
        return allow;
    }

    /** Whose events these are: of an unsigned request, whose it says they are. */
    Provider classifyAs(Verdict verdict, Headers received) {
        if (verdict instanceof Verdict.Verified proof) {
            return settings.classifyAs() == settings.provider() ? proof.provider() : settings.classifyAs();
        }
        return Provider.claimedBy(received);
    }

    /** Headers of a request that stay on its event. */
    Headers headersOf(HttpRequest request) {
        return headers.of(request.headers());
    }

    /** Query of a request that stays on its event, or null. */
    String queryOf(HttpRequest request) {
        return query.of(request.query());
    }

    /** Counts a post. */
    void count(String result) {
        counters.computeIfAbsent(result, name -> Counter.builder("waystation.posts")
                .description("Webhooks received, by what became of them")
                .tag("result", name).tag("provider", settings.provider().id()).register(meters)).increment();
    }
}
