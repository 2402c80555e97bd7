package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * The lane of each endpoint, with a breaker and a limiter from their registries by the endpoint's id, which leave memory with
 * it. Thread-safe.
 *
 * <p>Camel's own breaker in a route is one for each node of the route, so that one dead endpoint would open it for all.
 */
final class EndpointLanes {
    /** A limiter counts in periods; shorter ones than this would spread calls no better. */
    private static final Duration PERIOD = Duration.ofMillis(100);
    /** An endpoint that is probed waits for a probe to succeed, but not for ever: the address of its health check may be wrong. */
    private static final Duration WITHOUT_PROBE = Duration.ofMinutes(10);
    private static final Duration LONGEST_TICKET = Duration.ofHours(1);

    private final DeliverySettings settings;
    private final Clock clock;
    private final Map<String, EndpointLane> lanes = new ConcurrentHashMap<>();
    private Registries registries;

    EndpointLanes(Endpoints endpoints, DeliverySettings settings, Clock clock, MeterRegistry meters) {
        endpoints.onResume(endpoint -> changed(endpoint.id(), endpoints.isGone(endpoint.id())));
        this.settings = settings;
        this.clock = clock;
        Arrays.stream(new CircuitBreaker.State[] {CircuitBreaker.State.CLOSED, CircuitBreaker.State.OPEN, CircuitBreaker.State.HALF_OPEN})
                .forEach(state -> Gauge.builder("waystation.delivery.breakers", () -> count(state))
                        .description("Endpoints that were delivered to since the start, by the state of their circuit breaker")
                        .tag("state", state.name().toLowerCase(Locale.ROOT).replace('_', '-')).register(meters));
    }

    /** Breakers and limiters by the id of their endpoint. */
    private record Registries(CircuitBreakerRegistry breakers, RateLimiterRegistry limiters) {
    }

    /** Made with the first delivery, so that a start loads less. */
    private synchronized Registries registries() {
        if (registries == null) {
            registries = new Registries(CircuitBreakerRegistry.ofDefaults(), RateLimiterRegistry.ofDefaults());
        }
        return registries;
    }

    /** Forgets what went wrong with an endpoint, or all of it when it is gone. */
    private void changed(String endpoint, boolean gone) {
        if (gone && lanes.remove(endpoint) != null) {
            registries().breakers().remove(endpoint);
            registries().limiters().remove(endpoint);
        } else {
            find(endpoint).ifPresent(EndpointLane::reset);
        }
    }

    private long count(CircuitBreaker.State state) {
        return lanes.values().stream().filter(lane -> lane.state() == state).count();
    }

    /** How many endpoints have a lane. */
    int size() {
        return lanes.size();
    }

    /** The lane of an endpoint, if anything was sent to it. */
    Optional<EndpointLane> find(String endpoint) {
        return Optional.ofNullable(lanes.get(endpoint));
    }

    /** The lane of an endpoint, with its limits of now. */
    EndpointLane of(Endpoint endpoint) {
        EndpointLane lane = lanes.computeIfAbsent(endpoint.id(), this::lane);
        int calls = endpoint.terms().options().concurrency();
        lane.limit(calls == 0 ? settings.endpointConcurrency() : calls, endpoint.terms().rate(), endpoint.terms().options().isProbed(),
                rate -> limiter(endpoint.id(), rate));
        return lane;
    }

    private EndpointLane lane(String endpoint) {
        EndpointLane[] made = new EndpointLane[1];
        DeliverySettings.Breaker terms = settings.breaker();
        IntervalFunction waits = IntervalFunction.ofExponentialBackoff(terms.pause(), 2, terms.longestPause());
        CircuitBreaker breaker = registries().breakers().circuitBreaker(endpoint, CircuitBreakerConfig.custom()
                .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED).slidingWindowSize(terms.calls())
                .minimumNumberOfCalls(terms.calls()).failureRateThreshold(terms.failures()).permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(attempt -> {
                    long millis = made[0].isProbed() ? WITHOUT_PROBE.toMillis() : waits.apply(attempt);
                    made[0].opened(Duration.ofMillis(millis));
                    return millis;
                }).writableStackTraceEnabled(false).build());
        breaker.getEventPublisher().onStateTransition(event -> made[0].changed(event.getStateTransition()));
        made[0] = new EndpointLane(endpoint, breaker, settings.wire().connecting(), clock);
        return made[0];
    }

    private RateLimiter limiter(String endpoint, double rate) {
        registries().limiters().remove(endpoint);
        double each = rate * PERIOD.toMillis() / 1_000;
        RateLimiterConfig config = RateLimiterConfig.custom().timeoutDuration(LONGEST_TICKET)
                .limitForPeriod(each < 1 ? 1 : (int) Math.round(each))
                .limitRefreshPeriod(each < 1 ? Duration.ofNanos((long) (1e9 / rate)) : Duration.ofNanos((long) (Math.round(each) * 1e9 / rate)))
                .writableStackTraceEnabled(false).build();
        return registries().limiters().rateLimiter(endpoint, config);
    }
}
