package io.waystation.relay;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Delays between attempts: doubling from a first to a longest, each drawn at random below that bound (full
 * jitter), so that a thousand clients do not come back in the same moment. Not thread-safe.
 *
 * @see <a href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">Exponential backoff and jitter</a>
 */
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final DoubleSupplier random;
    private Duration bound;

    /**
     * Starts at the first delay.
     *
     * @param random numbers from 0 to 1
     */
    Backoff(Duration first, Duration longest, DoubleSupplier random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
        this.bound = first;
    }

    /** The next delay, not below the floor. */
    Duration next(Duration floor) {
        Duration delay = floor.plusMillis((long) (bound.toMillis() * random.getAsDouble()));
        bound = bound.compareTo(longest.dividedBy(2)) > 0 ? longest : bound.multipliedBy(2);
        return delay;
    }

    /** A delay from half the longest to the longest, for what only a person can mend. */
    Duration slow() {
        long half = longest.toMillis() / 2;
        return Duration.ofMillis(half + (long) (half * random.getAsDouble()));
    }

    /** Starts again at the first delay. */
    void reset() {
        bound = first;
    }
}
