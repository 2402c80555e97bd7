package io.waystation.update.fleet;

import java.time.Instant;
import java.util.OptionalInt;

/**
 * What is to be done with a rollout now.
 *
 * @param action what
 * @param admits percent of machines that {@link Action#OPEN} admits
 * @param reason why, for a person
 */
public record RingVerdict(Action action, int admits, String reason) {
    private static final int PERCENT = 100;

    /** What can be done. */
    public enum Action {
        /** Nothing yet. */
        WAIT,
        /** Open the next ring. */
        OPEN,
        /** Stop it: too many failed. */
        HALT,
        /** Nothing any more: every machine may have it. */
        COMPLETE
    }

    /**
     * Judges a rollout that is not halted. The same count, policy and time give the same verdict.
     *
     * @param admits percent of machines it is open to
     * @param opened when it was opened to the last of them
     */
    static RingVerdict of(RingPolicy policy, RingCount count, int admits, Instant opened, Instant now) {
        String said = count.text();
        if ((long) count.bad() * PERCENT > (long) policy.errors() * count.all()) {
            return new RingVerdict(Action.HALT, admits, said + "; " + policy.errors() + " % may fail or be silent");
        }
        OptionalInt next = policy.after(admits);
        if (next.isEmpty()) {
            return new RingVerdict(Action.COMPLETE, admits, said);
        }
        if (now.isBefore(opened.plus(policy.rest()))) {
            return new RingVerdict(Action.WAIT, admits, said + "; this ring is open until " + opened.plus(policy.rest()) + " at least");
        }
        if (count.waiting() > 0 && (long) count.good() * PERCENT < (long) policy.success() * count.all()) {
            return new RingVerdict(Action.WAIT, admits, said + "; " + policy.success() + " % must have it, or nobody have time left");
        }
        return new RingVerdict(Action.OPEN, next.getAsInt(), said);
    }
}
