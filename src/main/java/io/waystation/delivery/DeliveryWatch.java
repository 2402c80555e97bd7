package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.waystation.work.WorkItems;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells operators, by the route behind {@code direct:alert}, when fewer deliveries are made than is promised, and bounds what
 * endpoints are owed that are stopped, pull, or fail.
 */
final class DeliveryWatch extends ServiceSupport {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryWatch.class);
    private static final String ALERT = "CamelWaystationAlert";
    private static final int EVERY_SECONDS = 10;
    /** So few deliveries say nothing about a percentage. */
    private static final int FEWEST = 20;
    /** An endpoint that has failed for so long counts as failing. */
    private static final Duration FAILING = Duration.ofMinutes(1);
    private static final Duration LOOKED_AT = Duration.ofHours(1);

    private final CamelContext context;
    private final Endpoints endpoints;
    private final WorkItems items;
    private final SuccessRatio ratio;
    private final DeliverySettings settings;
    private final Clock clock;
    private ScheduledExecutorService timer;
    private ProducerTemplate template;
    private boolean told;

    DeliveryWatch(CamelContext context, Endpoints endpoints, WorkItems items, SuccessRatio ratio, DeliverySettings settings,
            Clock clock) {
        this.context = context;
        this.endpoints = endpoints;
        this.items = items;
        this.ratio = ratio;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    protected void doStart() {
        template = context.createProducerTemplate();
        timer = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "delivery-watch");
        timer.scheduleWithFixedDelay(this::look, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    protected void doStop() {
        if (timer != null) {
            context.getExecutorServiceManager().shutdownNow(timer);
        }
    }

    /** Looks now. */
    void look() {
        try {
            lookAtPromise();
            lookAtOwed();
        } catch (RuntimeException e) { // a scheduled task that throws would never run again
            LOG.warn("Looking after deliveries failed and is tried again", e);
        }
    }

    private void lookAtPromise() {
        SuccessRatio.Ends ends = ratio.of(LOOKED_AT);
        boolean broken = ends.made() + ends.dead() >= FEWEST && ends.value() < settings.slo();
        if (broken && !told) {
            template.sendBodyAndHeader("direct:alert", String.format(Locale.ROOT,
                    "%.2f %% of the %d deliveries that ended in the last hour were made; %.0f %% are promised (waystation.delivery.slo)",
                    100 * ends.value(), ends.made() + ends.dead(), 100 * settings.slo()), ALERT, "delivery-slo");
        } else if (told && !broken) {
            LOG.info("Deliveries are made as promised again");
        }
        told = broken;
    }

    private void lookAtOwed() {
        String reason = "more than " + settings.mostOwed() + " deliveries were owed to its endpoint (waystation.delivery.most-owed)";
        for (Endpoint endpoint : endpoints.all()) {
            try {
                if (isStopped(endpoint)) {
                    giveUpBeyond(endpoint.id(), reason);
                }
            } catch (RuntimeException e) { // the others are looked at all the same
                LOG.warn("What endpoint {} is owed could not be bounded and is looked at again", endpoint.id(), e);
            }
        }
    }

    /** One failed attempt is no reason yet. */
    private boolean isStopped(Endpoint endpoint) {
        Instant since = endpoint.standing().failingSince();
        return endpoint.standing().state() != EndpointState.ACTIVE || endpoints.pulled(endpoint).isPresent()
                || since != null && !since.isAfter(clock.instant().minus(FAILING));
    }

    private void giveUpBeyond(String endpoint, String reason) {
        for (String queue : List.of(Deliveries.QUEUE, Deliveries.ORDERED)) {
            int given = 0;
            int some;
            do {
                some = items.cancelBeyond(queue, endpoint, settings.mostOwed(), reason);
                given += some;
            } while (some > 0 && !Thread.currentThread().isInterrupted());
            if (given > 0) {
                LOG.warn("The {} oldest deliveries that endpoint {} is owed are given up: {}", given, endpoint, reason);
            }
        }
    }
}
