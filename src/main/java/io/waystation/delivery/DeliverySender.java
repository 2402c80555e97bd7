package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

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
    private static final Duration WHILE_STOPPED = Duration.ofMinutes(10);
    private static final Duration WHILE_FULL = Duration.ofMillis(500);
    private static final int GONE = 410;
    private static final int TOO_MANY = 429;
    private static final int LARGE = 64 << 10;

    private final Endpoints endpoints;
    private final EndpointLanes lanes;
    private final DeliveryClient client;
    private final AttemptRows attempts;
    private final DeliverySettings settings;
    private final DeliveryMeters meters;
    private final Clock clock;
    private final AtomicLong onTheWay = new AtomicLong();

    DeliverySender(Endpoints endpoints, EndpointLanes lanes, DeliveryClient client, AttemptRows attempts, DeliverySettings settings,
            DeliveryMeters meters, Clock clock) {
        this.endpoints = endpoints;
        this.lanes = lanes;
        this.client = client;
        this.attempts = attempts;
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
        EndpointLane lane = lanes.of(endpoint);
        requireReady(endpoint, lane);
        byte[] body = exchange.getMessage().getBody(byte[].class);
        byte[] sent = body == null ? new byte[0] : body;
        take(sent.length);
        lane.enter(new Turn(exchange, policy, lease, endpoint, lane, sent, done));
    }

    /** One delivery that waits for its turn at the endpoint, then is on its way. */
    private final class Turn implements EndpointLane.Waiting {
        private final Exchange exchange;
        private final DeliveryPolicy policy;
        private final WorkLease lease;
        private final Endpoint endpoint;
        private final EndpointLane lane;
        private final byte[] body;
        private final Runnable done;
        private final AtomicBoolean connects = new AtomicBoolean(true);

        private Turn(Exchange exchange, DeliveryPolicy policy, WorkLease lease, Endpoint endpoint, EndpointLane lane, byte[] body,
                Runnable done) {
            this.exchange = exchange;
            this.policy = policy;
            this.lease = lease;
            this.endpoint = endpoint;
            this.lane = lane;
            this.body = body;
            this.done = done;
        }

        @Override
        public void start() {
            if (body.length > LARGE) {
                ForkJoinPool.commonPool().execute(this::send); // signing it would hold up the event loop
            } else {
                send();
            }
        }

        private void send() {
            Call call;
            CompletableFuture<Answer> answer;
            try {
                Endpoint now = endpoints.find(endpoint.id()).orElseThrow(() -> new CancelledException("the endpoint was removed"));
                requireActive(now); // it may have changed while this one waited
                if (!lease.isHeld()) {
                    throw new DeferException(Duration.ZERO, "told to stop before it was sent");
                }
                call = new Call(exchange, policy, lease, now, clock.instant(), System.nanoTime());
                answer = client.post(now, DeliveryRequest.headers(exchange.getMessage(), now, call.at(), body), body,
                        now.terms().options().within(policy.within()), this::connected);
            } catch (RuntimeException e) {
                onTheWay.addAndGet(-body.length);
                connected();
                lane.gaveUp();
                end(e);
                return;
            }
            answer.whenComplete((came, never) -> {
                onTheWay.addAndGet(-body.length);
                connected(); // or not at all
                finish(call, lane, came, done);
            });
        }

        private void connected() {
            if (connects.getAndSet(false)) {
                lane.connected();
            }
        }

        @Override
        public void turnAway(EndpointLane.Pause pause) {
            onTheWay.addAndGet(-body.length);
            end(pause.ill() ? DeferException.wholeKey(pause.until(), pause.reason()) : DeferException.throttled(pause.until(), pause.reason()));
        }

        private void end(RuntimeException why) {
            exchange.setException(why);
            done.run();
        }
    }

    private record Call(Exchange exchange, DeliveryPolicy policy, WorkLease lease, Endpoint endpoint, Instant at, long begun) {
    }

    private void requireReady(Endpoint endpoint, EndpointLane lane) {
        requireActive(endpoint);
        lane.pause().ifPresent(pause -> {
            throw DeferException.wholeKey(pause.until(), pause.reason());
        });
    }

    private void requireActive(Endpoint endpoint) {
        Endpoint.Standing standing = endpoint.standing();
        if (standing.state() != EndpointState.ACTIVE) {
            throw DeferException.wholeKey(WHILE_STOPPED, "the endpoint is " + standing.state().text()
                    + (standing.reason() == null ? "" : ": " + standing.reason()));
        }
        endpoints.pulled(endpoint).ifPresent(reason -> {
            throw DeferException.wholeKey(WHILE_STOPPED, reason);
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

    private void finish(Call call, EndpointLane lane, Answer answer, Runnable done) {
        Optional<Duration> retryAfter = RetryAfter.read(answer.retryAfter(), clock.instant(), call.policy().longestRetryAfter());
        DeliveryFailure failure = answer.isSuccess() ? null : new DeliveryFailure(answer.error(), answer.detail());
        if (failure == null) {
            lane.succeeded();
        } else {
            lane.failed(asksForLess(answer.status(), retryAfter), retryAfter, failure);
        }
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
                judge(call, lane, answer, retryAfter, failure);
                call.lease().writeLater(handle -> {
                    attempts.add(handle, attempt);
                    return null;
                }).whenComplete((written, unwritten) -> {
                    if (unwritten != null) {
                        LOG.warn("An attempt of delivery {} could not be recorded: {}", item.id(), unwritten.toString());
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
        if (failingSince(call).isPresent()) {
            endpoints.failing(call.endpoint().id(), null);
        }
        call.lease().enlist(handle -> {
            attempts.add(handle, attempt);
            return null;
        });
        DeliveryEvent event = call.exchange().getProperty(DeliveryEvent.PROPERTY, DeliveryEvent.class);
        if (event != null) {
            meters.delivered(Duration.between(event.time(), clock.instant()));
        }
    }

    private Optional<Instant> failingSince(Call call) {
        return endpoints.find(call.endpoint().id()).map(now -> now.standing().failingSince());
    }

    /** Decides what comes after an attempt that failed. */
    private void judge(Call call, EndpointLane lane, Answer answer, Optional<Duration> retryAfter, DeliveryFailure failure) {
        Exchange exchange = call.exchange();
        String endpoint = call.endpoint().id();
        if (answer.status() == GONE) {
            endpoints.disable(endpoint, "it answered 410 Gone");
            String reason = "the endpoint is disabled: it answered 410 Gone";
            lane.turnAway(new EndpointLane.Pause(clock.instant().plus(WHILE_STOPPED), reason, true));
            exchange.setException(DeferException.wholeKey(WHILE_STOPPED, reason));
            return;
        }
        Instant failingSince = failingSince(call).orElseGet(() -> {
            Instant now = clock.instant();
            endpoints.failing(endpoint, now);
            return now;
        });
        boolean parks = isParked(call, answer);
        exchange.setException(parks ? new DeliveryFailure(answer.error(), answer.detail() + "; parked, so that the next ones go on") : failure);
        Optional<Duration> next = parks || isFinal(answer.status(), call.policy()) ? Optional.empty() : call.lease().scheduledRetry();
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

    /** Whether a delivery that others wait for is to make way: its endpoint is there and answers, but not well, time and again. */
    private boolean isParked(Call call, Answer answer) {
        EndpointTerms terms = call.endpoint().terms();
        return terms.ordering() != Ordering.NONE && terms.options().head() == EndpointOptions.Head.PARK && answer.status() != 0
                && answer.status() != TOO_MANY && call.lease().item().attempt() >= settings.parkAfter();
    }

    private static boolean asksForLess(int status, Optional<Duration> retryAfter) {
        return status == TOO_MANY || status == 502 || status == 504 || status == 503 && retryAfter.isPresent();
    }

    private static boolean isFinal(int status, DeliveryPolicy policy) {
        return status / 100 == 4 && status != 408 && status != TOO_MANY && !policy.retryClientErrors();
    }
}
