package io.waystation.journal;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Asks a thread for a sign of life whenever it is looked at, and tells how long one has been owed. Thread-safe. */
final class SignOfLife {
    private final Supplier<BooleanSupplier> ask;
    private final LongSupplier nanos;
    private BooleanSupplier answered = () -> true;
    private long askedAt;

    /**
     * Signs of life of one thread.
     *
     * @param ask gives the thread something small to do; what it returns says whether that is done
     * @param nanos the time, as {@link System#nanoTime()}
     */
    SignOfLife(Supplier<BooleanSupplier> ask, LongSupplier nanos) {
        this.ask = ask;
        this.nanos = nanos;
    }

    /** For how long the thread has not answered; zero when it has, and then it is asked again. */
    synchronized Duration owedFor() {
        if (answered.getAsBoolean()) {
            askedAt = nanos.getAsLong();
            answered = ask.get();
            return Duration.ZERO;
        }
        return Duration.ofNanos(nanos.getAsLong() - askedAt);
    }
}
