package io.waystation.work;

import java.time.Instant;

/** How an attempt ended. */
sealed interface AttemptEnd {
    /** The route ended well. */
    record Succeeded(String result) implements AttemptEnd {
    }

    /**
     * The route failed.
     *
     * @param error what was thrown
     * @param routeId route that failed, or null
     * @param retry what the route says of the next attempt: a wait, {@code none}, or null for what the schedule says
     */
    record Failed(Throwable error, String routeId, String retry) implements AttemptEnd {
    }

    /** The route put it off; no attempt is spent. */
    record Deferred(Instant until, String reason, DeferException.Scope scope) implements AttemptEnd {
    }

    /** The route ended it because it should not go on. */
    record Stopped(WorkOutcome.State as, String reason) implements AttemptEnd {
    }

    /** It could not run to its end for no fault of its own, such as a stop of the hub; no attempt is spent. */
    record Released(String reason) implements AttemptEnd {
    }
}
