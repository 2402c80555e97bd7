package io.waystation.delivery;

import java.time.Clock;
import java.time.Duration;

/** Counts how deliveries ended, minute by minute, for the last hour. Thread-safe. */
final class SuccessRatio {
    private static final int MINUTES = 60;

    private final Clock clock;
    private final long[] minute = new long[MINUTES];
    private final long[] made = new long[MINUTES];
    private final long[] dead = new long[MINUTES];

    SuccessRatio(Clock clock) {
        this.clock = clock;
    }

    /**
     * How deliveries ended in a time.
     *
     * @param made deliveries that were made
     * @param dead deliveries that became dead letters
     */
    record Ends(long made, long dead) {
        /** Part that was made; 1 when nothing ended. */
        double value() {
            return made + dead == 0 ? 1 : (double) made / (made + dead);
        }
    }

    void made() {
        count(made);
    }

    void dead() {
        count(dead);
    }

    private synchronized void count(long[] of) {
        long now = now();
        int place = (int) (now % MINUTES);
        if (minute[place] != now) {
            minute[place] = now;
            made[place] = 0;
            dead[place] = 0;
        }
        of[place]++;
    }

    private long now() {
        return clock.millis() / Duration.ofMinutes(1).toMillis();
    }

    /** Ends of the last minutes, an hour at most, the one that is not over included. */
    synchronized Ends of(Duration time) {
        long now = now();
        long wellDone = 0;
        long failed = 0;
        for (int place = 0; place < MINUTES; place++) {
            if (now - minute[place] < Math.min(MINUTES, time.toMinutes())) {
                wellDone += made[place];
                failed += dead[place];
            }
        }
        return new Ends(wellDone, failed);
    }
}
