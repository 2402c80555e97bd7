package io.waystation.update.change;

import java.time.Duration;
import java.util.List;

/** Runs a command to its end: no shell, scrubbed environment, its whole tree ended when time is up. Thread-safe. */
@FunctionalInterface
public interface CommandRunner {
    /**
     * Runs it.
     *
     * @param command program and arguments
     * @param timeout longest time it may take
     * @return how it ended
     * @throws ChangeException when it cannot be started
     */
    Ended run(List<String> command, Duration timeout);

    /**
     * How a command ended.
     *
     * @param exitCode its exit code; -1 when time was up
     * @param lastLine the last line it wrote, for a person
     */
    record Ended(int exitCode, String lastLine) { }
}
