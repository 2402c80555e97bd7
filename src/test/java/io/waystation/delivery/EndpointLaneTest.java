package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The calls of one endpoint, without a hub around them. */
class EndpointLaneTest {
    private final List<EndpointLane.Pause> turnedAway = new ArrayList<>();
    private final AtomicInteger started = new AtomicInteger();

    private static EndpointLane lane(int calls, double rate) {
        CircuitBreaker breaker = CircuitBreaker.of("e", CircuitBreakerConfig.custom().slidingWindowSize(5).minimumNumberOfCalls(5)
                .failureRateThreshold(100).build());
        EndpointLane lane = new EndpointLane("e", breaker, 2, Clock.systemUTC());
        breaker.getEventPublisher().onStateTransition(event -> lane.changed(event.getStateTransition()));
        lane.limit(calls, rate, false, perSecond -> RateLimiter.of("e", RateLimiterConfig.custom().limitForPeriod(1)
                .limitRefreshPeriod(Duration.ofNanos((long) (1e9 / perSecond))).timeoutDuration(Duration.ofHours(1)).build()));
        return lane;
    }

    private EndpointLane.Waiting call(Runnable start) {
        return new EndpointLane.Waiting() {
            @Override
            public void start() {
                started.incrementAndGet();
                start.run();
            }

            @Override
            public void turnAway(EndpointLane.Pause pause) {
                turnedAway.add(pause);
            }
        };
    }

    @Test
    void callsThatComeToNothingOneAfterTheOtherNeedNoDeeperStack() {
        EndpointLane lane = lane(1, 0);
        lane.enter(call(lane::connected));
        for (int i = 0; i < 50_000; i++) {
            lane.enter(call(() -> {
                lane.connected();
                lane.gaveUp();
            }));
        }

        lane.succeeded();

        assertThat(started).hasValue(50_001);
    }

    @Test
    void letsTwoWaitForAConnectionAtOnceHoweverManyMayBeOnTheirWay() {
        EndpointLane lane = lane(8, 0);
        for (int i = 0; i < 100; i++) {
            lane.enter(call(() -> { }));
        }
        assertThat(started).hasValue(2);
        lane.connected();
        lane.connected();
        assertThat(started).hasValue(4);
        for (int i = 0; i < 20; i++) {
            lane.connected();
        }
        assertThat(started).as("no more than may be on their way").hasValue(8);
        lane.succeeded();
        assertThat(started).hasValue(9);
    }

    @Test
    void whoIsOverItsRateIsNotTakenForIll() {
        EndpointLane lane = lane(100, 0.01); // what would wait longer than 5 s is turned away, but for the next one
        for (int i = 0; i < 10; i++) {
            lane.enter(call(lane::connected));
        }

        assertThat(started).hasValue(1);
        assertThat(turnedAway).hasSize(8).allSatisfy(pause -> assertThat(pause.ill()).isFalse());
    }

    @Test
    void tellsTheAuditLogThatDeliveriesStopAndWhyAndThatTheyGoOnButNotEachTry() {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger audit = (Logger) LoggerFactory.getLogger("waystation.audit");
        audit.addAppender(lines);
        EndpointLane lane = lane(1, 0);

        fail(lane, 5);
        for (int i = 0; i < 3; i++) {
            assertThat(lane.halfOpen()).isTrue();
            fail(lane, 1);
            lane.trip();
        }
        lane.reset();

        audit.detachAppender(lines);
        assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("hub breaker-opened endpoint e: it answered 500", "hub breaker-closed endpoint e");
    }

    private void fail(EndpointLane lane, int times) {
        for (int i = 0; i < times; i++) {
            lane.enter(call(() -> {
                lane.connected();
                lane.failed(false, Optional.empty(), new IllegalStateException("it answered 500"));
            }));
        }
    }
}
