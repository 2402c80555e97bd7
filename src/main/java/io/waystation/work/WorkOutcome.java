package io.waystation.work;

/**
 * How an item ended, for good.
 *
 * @param state the end
 * @param reason why, for a person; empty after success
 * @param result what the route left in the header {@link WorkHeaders#RESULT}, or null
 */
public record WorkOutcome(State state, String reason, String result) {
    /** The ends an item can come to. */
    public enum State {
        /** Its route ended well. */
        SUCCEEDED,
        /** It ran out of attempts and is a dead letter, to be replayed by a person. */
        FAILED,
        /** Somebody cancelled it. */
        CANCELLED,
        /** A newer item of its key took its place. */
        SUPERSEDED
    }
}
