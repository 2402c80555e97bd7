package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleFunction;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of one endpoint: so many are on their way at once, the others wait in memory, in order, and hold no thread. A
 * circuit breaker keeps them back while the endpoint fails, a rate limiter spaces them out.
 *
 * <p>A call begins when few others wait for a connection: each may need one of its own, and the TLS handshakes of all calls to
 * all endpoints, made at once, would each take longer than any of them may.
 *
 * <p>The queue hands over more deliveries of an endpoint than may be on their way, because its turns take two commits: the
 * next call begins when one has ended, not when that is on disk. Thread-safe.
 */
final class EndpointLane {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointLane.class);
    private static final Logger AUDIT = LoggerFactory.getLogger("waystation.audit");
    /** Deliveries that would wait longer for the rate of their endpoint wait in the queue, not here. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofMillis(100);
    /** The lane whose calls this thread is starting: one that gives up at once leads to the next by a loop, not by recursion. */
    private static final ThreadLocal<EndpointLane> STARTING = new ThreadLocal<>();

    private final String endpoint;
    private final CircuitBreaker breaker;
    private final Clock clock;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final int mostConnecting;
    private int most;
    private double rate;
    private RateLimiter limiter;
    private int open;
    private int connecting;
    private Ticket ticket = Ticket.NONE;
    private volatile Instant openUntil = Instant.EPOCH;
    private volatile boolean probed;
    private volatile boolean leftAlone;
    private volatile String why = "";
    private Instant askedUntil = Instant.EPOCH;

    /**
     * A lane without calls.
     *
     * @param mostConnecting calls that may wait for a connection at once
     */
    EndpointLane(String endpoint, CircuitBreaker breaker, int mostConnecting, Clock clock) {
        this.endpoint = endpoint;
        this.mostConnecting = mostConnecting;
        this.breaker = breaker;
        this.clock = clock;
    }

    /** Something that waits for its turn. */
    interface Waiting {
        /**
         * Its turn has come; it ends with {@link EndpointLane#succeeded}, {@link EndpointLane#failed} or {@link EndpointLane#gaveUp},
         * and before that tells {@link EndpointLane#connected} once.
         */
        void start();

        /** Its turn will not come before a time. */
        void turnAway(Pause pause);
    }

    /** Whether the rate lets the next call begin. */
    private enum Ticket {
        NONE, ORDERED, HELD
    }

    /**
     * Until when nothing is sent, and why.
     *
     * @param ill whether the endpoint does not do well, so that one delivery tries it before the others
     */
    record Pause(Instant until, String reason, boolean ill) {
    }

    CircuitBreaker.State state() {
        return breaker.getState();
    }

    /** Whether probes say when it is well again. */
    boolean isProbed() {
        return probed;
    }

    /** The breaker has opened and lets nothing through for a while. */
    void opened(Duration forThis) {
        openUntil = clock.instant().plus(forThis);
    }

    /** The breaker has changed: that deliveries stop, and that they go on, is for the audit log; each try in between is not. */
    void changed(CircuitBreaker.StateTransition change) {
        CircuitBreaker.State now = change.getToState();
        LOG.debug("The circuit breaker of endpoint {} goes from {} to {}", endpoint, change.getFromState(), now);
        boolean opened = now == CircuitBreaker.State.OPEN && !leftAlone;
        if (opened) {
            AUDIT.info("hub breaker-opened endpoint {}: {}", endpoint, why);
        } else if (now == CircuitBreaker.State.CLOSED && leftAlone) {
            AUDIT.info("hub breaker-closed endpoint {}", endpoint);
        }
        leftAlone = leftAlone && now != CircuitBreaker.State.CLOSED || opened;
    }

    /** How many calls may be on their way, and how many may begin a second; 0 is as many as there are. */
    synchronized void limit(int calls, double perSecond, boolean isProbed, DoubleFunction<RateLimiter> limiters) {
        most = calls;
        probed = isProbed;
        if (perSecond != rate) {
            rate = perSecond;
            limiter = perSecond == 0 ? null : limiters.apply(perSecond);
            ticket = Ticket.NONE;
        }
    }

    /** Until when the endpoint is left alone, if it is now. */
    Optional<Pause> pause() {
        Instant until = openUntil;
        return breaker.getState() == CircuitBreaker.State.OPEN && until.isAfter(clock.instant()) ? Optional.of(pause(until)) : Optional.empty();
    }

    private static Pause pause(Instant until) {
        return new Pause(until, "the endpoint fails or asked for less, and is left alone until " + until, true);
    }

    /** Starts a call now or when others have ended. */
    void enter(Waiting call) {
        synchronized (this) {
            waiting.add(call);
        }
        pump();
    }

    /** A call has a connection, or needs none any more. */
    void connected() {
        synchronized (this) {
            connecting--;
        }
        pump();
    }

    /** A call ended well. */
    void succeeded() {
        breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        leave();
    }

    /**
     * A call failed.
     *
     * @param less whether the endpoint said that it gets too much
     * @param asked how long it asked to be left alone, if it did
     */
    void failed(boolean less, Optional<Duration> asked, Throwable failure) {
        synchronized (this) {
            why = failure.getMessage();
            boolean opens = less && breaker.getState() != CircuitBreaker.State.OPEN;
            if (opens && asked.isPresent()) {
                breaker.transitionToOpenStateFor(asked.get());
                opened(asked.get());
                askedUntil = openUntil;
            } else if (opens) {
                breaker.transitionToOpenState();
            } else {
                breaker.onError(0, TimeUnit.NANOSECONDS, failure);
            }
        }
        leave();
    }

    /** A call ended without having been made. */
    void gaveUp() {
        breaker.releasePermission();
        leave();
    }

    private void leave() {
        synchronized (this) {
            open--;
        }
        pump();
    }

    /** A probe has reached the endpoint: one delivery may show whether it is well. Answers whether one may now. */
    synchronized boolean halfOpen() {
        if (breaker.getState() == CircuitBreaker.State.HALF_OPEN) {
            return true; // what was to try it may have come to nothing
        }
        if (breaker.getState() != CircuitBreaker.State.OPEN || askedUntil.isAfter(clock.instant())) {
            return false;
        }
        breaker.transitionToHalfOpenState();
        return true;
    }

    /** Probes fail: deliveries wait. */
    synchronized void trip() {
        if (breaker.getState() != CircuitBreaker.State.OPEN) {
            why = "probes of it fail";
            breaker.transitionToOpenState();
        }
    }

    /** Forgets what went wrong. */
    synchronized void reset() {
        breaker.reset();
        openUntil = Instant.EPOCH;
        askedUntil = Instant.EPOCH;
    }

    /** Turns away all that wait; those on their way go on. */
    void turnAway(Pause pause) {
        List<Waiting> away;
        synchronized (this) {
            away = new ArrayList<>(waiting);
            waiting.clear();
        }
        away.forEach(each -> each.turnAway(pause));
    }

    /** Starts what may start. */
    private void pump() {
        if (STARTING.get() == this) {
            return; // whoever started the call that came to nothing goes on with the next one
        }
        while (true) {
            Waiting next;
            List<Waiting> away;
            Pause pause = null;
            synchronized (this) {
                if (waiting.isEmpty() || open >= most || connecting >= mostConnecting) {
                    return;
                }
                next = hasTicket() && breaker.tryAcquirePermission() ? begin() : null;
                away = new ArrayList<>();
                if (next == null && ticket == Ticket.HELD && breaker.getState() == CircuitBreaker.State.OPEN) {
                    pause = pause().orElseGet(() -> pause(clock.instant().plus(SOON)));
                    away.addAll(waiting);
                    waiting.clear();
                } else if (next == null && ticket == Ticket.ORDERED) {
                    int kept = (int) Math.max(1, rate * LONGEST_WAIT.toSeconds());
                    pause = new Pause(clock.instant().plusMillis((long) (1_000 * kept / rate)),
                            "the endpoint gets " + rate + " deliveries a second at most, and others wait before it", false);
                    while (waiting.size() > kept) {
                        away.add(0, waiting.pollLast());
                    }
                }
            }
            if (next == null) {
                for (Waiting each : away) {
                    each.turnAway(pause);
                }
                return; // what else waits begins when a call ends, or when its ticket comes
            }
            start(next);
        }
    }

    private void start(Waiting next) {
        EndpointLane before = STARTING.get();
        STARTING.set(this);
        try {
            next.start();
        } finally {
            STARTING.set(before);
        }
    }

    private Waiting begin() {
        ticket = Ticket.NONE;
        open++;
        connecting++;
        return waiting.poll();
    }

    /** Whether the rate lets a call begin; orders a ticket where it does not yet. */
    private boolean hasTicket() {
        if (ticket == Ticket.NONE) {
            long nanos = limiter == null ? 0 : limiter.reservePermission();
            ticket = nanos == 0 ? Ticket.HELD : Ticket.ORDERED;
            if (nanos != 0) {
                CompletableFuture.delayedExecutor(Math.abs(nanos), TimeUnit.NANOSECONDS).execute(this::ticketCame);
            }
        }
        return ticket == Ticket.HELD;
    }

    private void ticketCame() {
        synchronized (this) {
            ticket = ticket == Ticket.ORDERED ? Ticket.HELD : ticket;
        }
        pump();
    }

    @Override
    public String toString() {
        return endpoint + " " + breaker.getState();
    }
}
