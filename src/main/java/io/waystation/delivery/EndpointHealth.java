package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * How endpoints are doing, in memory: since when one fails, and until when it asked to be left alone. Thread-safe.
 *
 * <p>That an endpoint fails is written to the store when it begins and when it ends, not with every attempt.
 */
final class EndpointHealth {
    private static final Duration FIRST_SLOW = Duration.ofSeconds(1);
    private static final Duration LONGEST_SLOW = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 6;
    private static final int BROKEN = 5;

    private final Endpoints endpoints;
    private final Clock clock;
    private final Map<String, State> states = new ConcurrentHashMap<>();

    EndpointHealth(Endpoints endpoints, Clock clock) {
        this.endpoints = endpoints;
        this.clock = clock;
        endpoints.onResume(endpoint -> states.remove(endpoint.id()));
    }

    /**
     * How one endpoint is doing.
     *
     * @param failingSince when the first attempt failed after the last success, or null
     * @param inARow attempts that failed since the last success
     * @param slowed how often it was left alone since its last success
     * @param slowUntil until when it is left alone, or null
     */
    private record State(Instant failingSince, int inARow, int slowed, Instant slowUntil) {
    }

    private State state(String endpoint) {
        return states.computeIfAbsent(endpoint, this::stored);
    }

    private State stored(String endpoint) {
        return new State(endpoints.find(endpoint).map(found -> found.standing().failingSince()).orElse(null), 0, 0, null);
    }

    /** Changes a state in one step, as attempts of one endpoint end on several threads; answers what it was. */
    private State change(String endpoint, UnaryOperator<State> change) {
        AtomicReference<State> before = new AtomicReference<>();
        states.compute(endpoint, (id, known) -> {
            before.set(known == null ? stored(id) : known);
            return change.apply(before.get());
        });
        return before.get();
    }

    void succeeded(String endpoint) {
        State before = change(endpoint, state -> new State(null, 0, 0, state.slowUntil()));
        if (before.failingSince() != null) {
            endpoints.failing(endpoint, null);
        }
    }

    /** Answers since when it fails. */
    Instant failed(String endpoint) {
        Instant now = clock.instant();
        State before = change(endpoint, state -> new State(state.failingSince() == null ? now : state.failingSince(),
                state.inARow() + 1, state.slowed(), state.slowUntil()));
        if (before.failingSince() == null) {
            endpoints.failing(endpoint, now);
            return now;
        }
        return before.failingSince();
    }

    /** Whether so many attempts have failed in a row that the next ones would fail as well. */
    boolean isBroken(String endpoint) {
        return state(endpoint).inARow() >= BROKEN;
    }

    /**
     * Leaves an endpoint alone for a while: as long as it asked for, or longer each time. Attempts that were on their way
     * together count once.
     */
    void slowDown(String endpoint, Optional<Duration> asked) {
        change(endpoint, state -> slower(state, asked));
    }

    private State slower(State before, Optional<Duration> asked) {
        Instant now = clock.instant();
        boolean already = before.slowUntil() != null && before.slowUntil().isAfter(now);
        if (already && asked.isEmpty()) {
            return before;
        }
        Duration pause = asked.orElseGet(() -> {
            Duration longer = FIRST_SLOW.multipliedBy(1L << Math.min(before.slowed(), MOST_DOUBLINGS));
            return longer.compareTo(LONGEST_SLOW) > 0 ? LONGEST_SLOW : longer;
        });
        Instant until = now.plus(pause);
        return already && !until.isAfter(before.slowUntil())
                ? before : new State(before.failingSince(), before.inARow(), before.slowed() + 1, until);
    }

    /** Until when an endpoint is to be left alone, if it is now. */
    Optional<Instant> slowUntil(String endpoint) {
        State state = states.get(endpoint);
        return state == null || state.slowUntil() == null || !state.slowUntil().isAfter(clock.instant())
                ? Optional.empty() : Optional.of(state.slowUntil());
    }
}
