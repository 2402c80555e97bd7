package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.event.EventHeaders;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the endpoints that ask for it, on a schedule and without a delivery: a signed event of the type
 * {@value #TYPE}, or their health check. So many failures in a row open the endpoint's breaker; one success lets one
 * delivery through that has been waiting. A probe is no delivery: it is not recorded and not counted as one.
 */
final class EndpointProbes extends ServiceSupport {
    /** Type of the event. */
    static final String TYPE = "waystation.probe";
    private static final Logger LOG = LoggerFactory.getLogger(EndpointProbes.class);
    private static final long LONGEST_LOOK_MILLIS = 1_000;
    private static final int MOST_AT_ONCE = 200;

    private final CamelContext context;
    private final Endpoints endpoints;
    private final EndpointLanes lanes;
    private final DeliveryClient client;
    private final DeliverySettings settings;
    private final Consumer<String> release;
    private final MeterRegistry meters;
    private final Clock clock;
    private final Map<String, Probed> probed = new ConcurrentHashMap<>();
    private ScheduledExecutorService timer;

    EndpointProbes(CamelContext context, Endpoints endpoints, EndpointLanes lanes, DeliveryClient client, DeliverySettings settings,
            Consumer<String> release, MeterRegistry meters, Clock clock) {
        this.context = context;
        this.endpoints = endpoints;
        this.lanes = lanes;
        this.client = client;
        this.settings = settings;
        this.release = release;
        this.meters = meters;
        this.clock = clock;
    }

    /** When an endpoint is looked at next, and how often in a row that went wrong. */
    private record Probed(Instant next, int failures, boolean underWay) {
    }

    @Override
    protected void doStart() {
        timer = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "delivery-probes");
        long every = Math.max(50, Math.min(LONGEST_LOOK_MILLIS, settings.probes().every().toMillis() / 4));
        timer.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doStop() {
        if (timer != null) {
            context.getExecutorServiceManager().shutdownNow(timer);
        }
    }

    private void look() {
        try {
            List<Endpoint> asking = endpoints.all().stream().filter(endpoint -> endpoint.terms().options().isProbed()
                    && endpoint.standing().state() == EndpointState.ACTIVE && !endpoint.pulls()).toList();
            probed.keySet().retainAll(asking.stream().map(Endpoint::id).toList());
            Instant now = clock.instant();
            asking.forEach(endpoint -> probed.computeIfAbsent(endpoint.id(), id -> new Probed(now.plus(spread()), 0, false)));
            long underWay = probed.values().stream().filter(Probed::underWay).count();
            asking.stream().filter(endpoint -> isDue(endpoint, now)).limit(MOST_AT_ONCE - underWay).forEach(this::probe);
        } catch (RuntimeException e) {
            LOG.warn("Looking at endpoints failed and is tried again", e);
        }
    }

    /** So that not all are looked at in the same moment. */
    private Duration spread() {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(1 + settings.probes().every().toMillis()));
    }

    private boolean isDue(Endpoint endpoint, Instant now) {
        Probed last = probed.get(endpoint.id());
        return !last.underWay() && !last.next().isAfter(now);
    }

    private void probe(Endpoint endpoint) {
        probed.computeIfPresent(endpoint.id(), (id, last) -> new Probed(last.next(), last.failures(), true));
        ask(endpoint).thenAccept(came -> answered(endpoint.id(), came));
    }

    /** Asks an endpoint now: at its health check if it has one, else by an event. Never fails. */
    CompletableFuture<Answer> ask(Endpoint endpoint) {
        CompletableFuture<Answer> answer;
        try {
            answer = endpoint.terms().options().probeUrl().isPresent() ? health(endpoint) : event(endpoint);
        } catch (RuntimeException e) {
            answer = CompletableFuture.completedFuture(Answer.failed(ErrorClass.NETWORK_ERROR, e.toString()));
        }
        return answer.whenComplete((came, never) -> meters.counter("waystation.delivery.probes", "result",
                came.isSuccess() ? "succeeded" : came.error().text()).increment());
    }

    private CompletableFuture<Answer> health(Endpoint endpoint) {
        EndpointAddress address = EndpointAddress.of(endpoint.terms().options().probe(), settings.insecure());
        return client.send("GET", address, Map.of("User-Agent", DeliveryRequest.AGENT), new byte[0], settings.probes().within());
    }

    private CompletableFuture<Answer> event(Endpoint endpoint) {
        Instant now = clock.instant();
        byte[] body = JsonNodeFactory.instance.objectNode().put("type", TYPE).put("endpoint", endpoint.id()).put("time", now.toString())
                .toString().getBytes(StandardCharsets.UTF_8);
        Map<String, String> message = new HashMap<>(Map.of(EventHeaders.ID, "probe_" + UUID.randomUUID(), EventHeaders.SOURCE, "/waystation",
                EventHeaders.TYPE, TYPE, EventHeaders.TIME, now.toString(), Exchange.CONTENT_TYPE, "application/json"));
        return client.send("POST", endpoint, DeliveryRequest.headers(message::get, endpoint, now, body), body,
                settings.probes().within());
    }

    private void answered(String id, Answer answer) {
        Probed now = probed.computeIfPresent(id, (same, last) ->
                new Probed(clock.instant().plus(settings.probes().every()), answer.isSuccess() ? 0 : last.failures() + 1, false));
        if (now == null) {
            return; // it is not asked for any more
        }
        if (now.failures() == settings.probes().failures()) {
            LOG.warn("Endpoint {} did not answer {} probes well, at last with {}; what it is owed waits", id, now.failures(), answer.detail());
            endpoints.find(id).ifPresent(endpoint -> lanes.of(endpoint).trip());
        } else if (answer.isSuccess() && lanes.find(id).filter(EndpointLane::halfOpen).isPresent()) {
            release.accept(id);
        }
    }
}
