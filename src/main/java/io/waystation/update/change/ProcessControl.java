package io.waystation.update.change;

import java.util.Optional;

/** Stops and starts the process of a subsystem, and says what it sees of it. Implementations are thread-safe. */
public interface ProcessControl {
    /**
     * Lets the process run the binary that is in place now: ended, surely gone, started again. Returns when it is
     * started, which is before it is ready. Repeating it starts it once more.
     *
     * @throws ChangeException when it cannot be stopped or started
     */
    void reload(String process);

    /**
     * Ends the process and does not start it again; used where a first version was taken back. Does nothing where
     * processes can only be reloaded.
     *
     * @throws ChangeException when it cannot be stopped
     */
    default void stop(String process) {
    }

    /** What is seen of the process now; {@link ProcessView#UNKNOWN} when nothing can be seen. */
    default ProcessView view(String process) {
        return ProcessView.UNKNOWN;
    }

    /**
     * Whether the process runs the file with this digest, where only this control can know; empty where {@code /proc} tells.
     */
    default Optional<Boolean> runs(String process, String sha256) {
        return Optional.empty();
    }

    /**
     * A look at a process.
     *
     * @param state whether it runs
     * @param pid its id, or 0; the binary may run in a child of it
     * @param ready what its own readiness probe says; null when it has none
     * @param restarts how often it was started again by itself
     * @param detail status in the words of who watches it
     */
    record ProcessView(State state, long pid, Boolean ready, int restarts, String detail) {
        /** Nothing can be seen. */
        public static final ProcessView UNKNOWN = new ProcessView(State.UNKNOWN, 0, null, 0, "unknown");

        /** Whether a process runs. */
        public enum State {
            /** It runs. */
            RUNNING,
            /** It is being started, or started again. */
            STARTING,
            /** It has ended and will not be started again. */
            ENDED,
            /** Nothing can be seen. */
            UNKNOWN
        }
    }
}
