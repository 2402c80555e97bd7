package io.waystation.update.task;

import java.time.Duration;
import java.util.List;

/**
 * What a run left behind.
 *
 * @param task name of the task
 * @param end how it ended
 * @param exitCode as the process gave it; 128 and the signal's number when a signal ended it
 * @param saidUpToDate whether {@code task} said that there was nothing to do; whether something was built is seen only in
 *     the artefact
 * @param lines how many lines it wrote
 * @param lastLines the last of them, cleaned and masked
 * @param took from its start to its end
 */
public record TaskOutcome(String task, TaskEnd end, int exitCode, boolean saidUpToDate, long lines, List<String> lastLines,
        Duration took) {
    /** Copies the lines. */
    public TaskOutcome {
        lastLines = List.copyOf(lastLines);
    }
}
