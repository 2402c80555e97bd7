package io.waystation.work.operation;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Where an operation is on its way: queued, held, running, or at one of four ends. It may go from any of the first three
 * to any other; from an end it goes nowhere.
 */
public enum OperationState {
    /** Waits for its turn, or for another attempt. */
    QUEUED,
    /** Waits for a person or a condition, with a reason. */
    HELD,
    /** Somebody works on it. */
    RUNNING,
    /** Done. */
    SUCCEEDED,
    /** Given up. */
    FAILED,
    /** Ended because a person asked for it. */
    CANCELLED,
    /** Ended because a newer one took its place. */
    SUPERSEDED;

    /** Whether it is an end. */
    public boolean isEnd() {
        return ordinal() >= SUCCEEDED.ordinal();
    }

    /** State of a name as {@link #toString} writes it. */
    public static Optional<OperationState> of(String name) {
        return Arrays.stream(values()).filter(state -> state.toString().equals(name)).findFirst();
    }

    /** Name as it is stored and answered. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
