package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import io.waystation.event.EventHeaders;
import io.waystation.work.CancelledException;
import io.waystation.work.DeferException;
import io.waystation.work.WorkHeaders;
import io.waystation.work.WorkItem;
import io.waystation.work.WorkLease;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bean {@code deliverySender}: makes one attempt of a delivery and says what becomes of it. Thread-safe; nothing here
 * waits for the endpoint.
 */
public final class DeliverySender {
    private static final Logger LOG = LoggerFactory.getLogger(DeliverySender.class);
    /** An endpoint that gets nothing now is looked at again after this; resuming it looks at once. */
    private static final Duration WHILE_STOPPED = Duration.ofHours(1);
    private static final Duration WHILE_FULL = Duration.ofMillis(500);
    private static final int GONE = 410;

    private final Endpoints endpoints;
    private final EndpointHealth health;
    private final DeliveryClient client;
    private final DeliverySettings settings;
    private final DeliveryMeters meters;
    private final Clock clock;
    private final AtomicLong onTheWay = new AtomicLong();

    DeliverySender(Endpoints endpoints, EndpointHealth health, DeliveryClient client, DeliverySettings settings, DeliveryMeters meters,
            Clock clock) {
        this.endpoints = endpoints;
        this.health = health;
        this.client = client;
        this.settings = settings;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Sends the body of an exchange as the delivery it runs.
     *
     * @param done called once, after the attempt is recorded and the exchange says how it ended
     * @throws DeferException when the endpoint gets nothing now
     */
    void send(Exchange exchange, DeliveryPolicy policy, Runnable done) {
        WorkLease lease = WorkLease.of(exchange).orElseThrow(() -> new IllegalStateException(
                "a delivery runs as an item of the queue " + Deliveries.QUEUE + " or " + Deliveries.ORDERED));
        WorkItem item = lease.item();
        Endpoint endpoint = endpoints.find(DeliveryId.of(item.id()).endpoint())
                .orElseThrow(() -> new CancelledException("the endpoint was removed"));
        requireReady(endpoint);
        byte[] body = exchange.getMessage().getBody(byte[].class);
        byte[] sent = body == null ? new byte[0] : body;
        take(sent.length);
        Call call = new Call(exchange, policy, lease, endpoint, clock.instant(), System.nanoTime());
        try {
            client.send("POST", endpoint.address(), DeliveryRequest.headers(exchange.getMessage(), endpoint, call.at(), sent), sent,
                    policy.within()).whenComplete((answer, never) -> {
                        onTheWay.addAndGet(-sent.length);
                        finish(call, answer, done);
                    });
        } catch (RuntimeException e) {
            onTheWay.addAndGet(-sent.length);
            throw e;
        }
    }

    private record Call(Exchange exchange, DeliveryPolicy policy, WorkLease lease, Endpoint endpoint, Instant at, long begun) {
    }

    private void requireReady(Endpoint endpoint) {
        Endpoint.Standing standing = endpoint.standing();
        if (standing.state() != EndpointState.ACTIVE) {
            throw DeferException.wholeKey(WHILE_STOPPED, "the endpoint is " + standing.state().text()
                    + (standing.reason() == null ? "" : ": " + standing.reason()));
        }
        health.slowUntil(endpoint.id()).ifPresent(until -> {
            throw DeferException.wholeKey(until, "the endpoint asked to be left alone until " + until);
        });
    }

    /** Counts the bytes on their way; a single body larger than all may be goes alone. */
    private void take(int bytes) {
        long before = onTheWay.getAndAdd(bytes);
        if (before > 0 && before + bytes > settings.memory()) {
            onTheWay.addAndGet(-bytes);
            throw new DeferException(WHILE_FULL, "bodies of " + before + " bytes are on their way, see waystation.delivery.memory");
        }
    }

    private void finish(Call call, Answer answer, Runnable done) {
        try {
            WorkItem item = call.lease().item();
            Duration latency = Duration.ofNanos(System.nanoTime() - call.begun());
            DeliveryAttempt attempt = new DeliveryAttempt(item.id(), item.attempt(), call.at(), latency, answer.status(), answer.error(),
                    answer.detail(), answer.snippet());
            meters.attempt(answer, latency);
            if (answer.isSuccess()) {
                succeeded(call, attempt);
                done.run();
            } else {
                judge(call, answer);
                call.lease().writeLater(handle -> {
                    AttemptRows.add(handle, attempt);
                    return null;
                }).whenComplete((written, failure) -> {
                    if (failure != null) {
                        LOG.warn("An attempt of delivery {} could not be recorded: {}", item.id(), failure.toString());
                    }
                    done.run();
                });
            }
        } catch (RuntimeException | Error e) {
            call.exchange().setException(e);
            done.run();
        }
    }

    private void succeeded(Call call, DeliveryAttempt attempt) {
        health.succeeded(call.endpoint().id());
        call.lease().enlist(handle -> {
            AttemptRows.add(handle, attempt);
            return null;
        });
        String published = call.exchange().getMessage().getHeader(EventHeaders.TIME, String.class);
        if (published != null) {
            meters.delivered(Duration.between(Instant.parse(published), clock.instant()));
        }
    }

    /** Decides what comes after an attempt that failed. */
    private void judge(Call call, Answer answer) {
        Exchange exchange = call.exchange();
        String endpoint = call.endpoint().id();
        Optional<Duration> retryAfter = RetryAfter.read(answer.retryAfter(), clock.instant(), call.policy().longestRetryAfter());
        if (answer.status() == GONE) {
            endpoints.disable(endpoint, "it answered 410 Gone");
            exchange.setException(DeferException.wholeKey(WHILE_STOPPED, "the endpoint is disabled: it answered 410 Gone"));
            return;
        }
        Instant failingSince = health.failed(endpoint);
        if (answer.status() == 429 || answer.status() == 502 || answer.status() == 504
                || answer.status() == 503 && retryAfter.isPresent()) {
            health.slowDown(endpoint, retryAfter);
        }
        exchange.setException(new DeliveryFailure(answer.error(), answer.detail()));
        Optional<Duration> next = isFinal(answer.status(), call.policy()) ? Optional.empty() : call.lease().scheduledRetry();
        if (next.isEmpty()) {
            exchange.getMessage().setHeader(WorkHeaders.RETRY, "none");
            meters.dead(answer.error());
            if (!failingSince.plus(settings.disableAfter()).isAfter(clock.instant())) {
                endpoints.disable(endpoint, "every attempt has failed since " + failingSince + ", at last with " + answer.detail());
            }
            return;
        }
        long wait = Math.max(next.get().toMillis(), retryAfter.map(Duration::toMillis).orElse(0L));
        exchange.getMessage().setHeader(WorkHeaders.RETRY, Math.max(1, wait) + "ms");
    }

    private static boolean isFinal(int status, DeliveryPolicy policy) {
        return status / 100 == 4 && status != 408 && status != 429 && !policy.retryClientErrors();
    }
}
