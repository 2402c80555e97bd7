package io.waystation.update.change;

import java.time.Duration;

/**
 * When a reloaded subsystem counts as healthy.
 *
 * @param needed how many of the last {@code of} probes must be good, from 1
 * @param of how many probes are looked at
 * @param interval between two probes
 * @param timeout how long it may take until enough are good
 * @param soak how long it must stay so; zero for not at all
 * @param proof whether it must be proven that the running process is the new file
 */
public record HealthPolicy(int needed, int of, Duration interval, Duration timeout, Duration soak, boolean proof) {
    /** Three of the last four, a second apart, within a minute, and good for ten seconds. */
    public static final HealthPolicy USUAL =
            new HealthPolicy(3, 4, Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofSeconds(10), false);

    /** Checks the bounds. */
    public HealthPolicy {
        if (needed < 1 || of < needed || of > 1_000) {
            throw new IllegalArgumentException("needs 1 <= needed <= of <= 1000, not " + needed + " of " + of);
        }
        if (interval.isNegative() || interval.isZero() || timeout.isNegative() || soak.isNegative()) {
            throw new IllegalArgumentException("needs an interval, and no negative time");
        }
    }

    /** The same without the soak: for the old version after a rollback. */
    HealthPolicy withoutSoak() {
        return new HealthPolicy(needed, of, interval, timeout, Duration.ZERO, proof);
    }
}
