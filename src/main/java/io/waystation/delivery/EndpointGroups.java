package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches groups of endpoints. When all of a group are down, each member's {@link WhenDown} says what becomes of its
 * deliveries; members left to pull are asked now and then whether they are back.
 *
 * <p>An endpoint is down while it is not active, and while every attempt has failed for some time. One that only pulls is
 * down when its lease has run out. {@link #look} is called on one thread; the rest is thread-safe.
 */
final class EndpointGroups {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointGroups.class);
    private final Endpoints endpoints;
    private final PullRows rows;
    private final Predicate<String> hasStream;
    private final Function<Endpoint, CompletableFuture<Answer>> probe;
    private final Duration askEvery;
    private final Duration downAfter;
    private final Clock clock;
    private final Map<String, Instant> asked = new ConcurrentHashMap<>();
    private volatile Map<String, String> down = Map.of();

    /**
     * Watches the groups of some endpoints.
     *
     * @param probe asks an endpoint whether it is there; never fails
     * @param askEvery how often one that is left to pull is asked
     * @param downAfter for how long every attempt must have failed
     */
    EndpointGroups(Endpoints endpoints, PullRows rows, Predicate<String> hasStream, Function<Endpoint, CompletableFuture<Answer>> probe,
            Duration askEvery, Duration downAfter, Clock clock) {
        this.endpoints = endpoints;
        this.rows = rows;
        this.hasStream = hasStream;
        this.probe = probe;
        this.askEvery = askEvery;
        this.downAfter = downAfter;
        this.clock = clock;
    }

    /** Groups of which every endpoint is down, and why. */
    Map<String, String> down() {
        return down;
    }

    /** Looks at all groups. */
    void look() {
        Map<String, List<Endpoint>> groups = endpoints.all().stream().filter(endpoint -> endpoint.membership().group() != null)
                .collect(Collectors.groupingBy(endpoint -> endpoint.membership().group(), LinkedHashMap::new, Collectors.toList()));
        Map<String, String> found = new LinkedHashMap<>();
        groups.forEach((group, members) -> {
            if (members.stream().allMatch(this::isDown)) {
                found.put(group, "every endpoint of the group " + group + " is down");
                members.forEach(member -> handle(member, found.get(group)));
            } else {
                members.forEach(this::release);
            }
        });
        down = found;
        endpoints.all().stream().filter(endpoint -> endpoint.membership().group() == null).forEach(this::release);
    }

    private boolean isDown(Endpoint endpoint) {
        if (hasStream.test(endpoint.id())) {
            return false;
        }
        Instant since = endpoint.standing().failingSince();
        return endpoint.standing().state() != EndpointState.ACTIVE || since != null && since.plus(downAfter).isBefore(clock.instant());
    }

    private void handle(Endpoint endpoint, String reason) {
        switch (endpoint.membership().whenDown()) {
            case HOLD -> release(endpoint);
            case DEAD_LETTER -> {
                release(endpoint);
                int parked = rows.park(endpoint.id(), reason);
                if (parked > 0) {
                    LOG.warn("{} deliveries to endpoint {} are dead letters: {}", parked, endpoint.id(), reason);
                }
            }
            case PULL -> {
                endpoints.pulling().leave(endpoint.id(), reason + "; it is left to pull");
                ask(endpoint);
            }
        }
    }

    private void release(Endpoint endpoint) {
        asked.remove(endpoint.id());
        if (endpoints.pulling().take(endpoint.id())) {
            endpoints.tellResumed(endpoint);
        }
    }

    /** Nothing is sent to it that would say that it is back, so it is probed. */
    private void ask(Endpoint endpoint) {
        Instant now = clock.instant();
        if (endpoint.pulls() || endpoint.standing().state() != EndpointState.ACTIVE
                || asked.getOrDefault(endpoint.id(), Instant.MIN).isAfter(now.minus(askEvery))) {
            return;
        }
        asked.put(endpoint.id(), now);
        probe.apply(endpoint).thenAccept(answer -> {
            if (answer.isSuccess()) {
                endpoints.failing(endpoint.id(), null);
            }
        });
    }
}
