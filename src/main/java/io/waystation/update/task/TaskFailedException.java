package io.waystation.update.task;

import java.util.List;
import java.util.Locale;

import org.apache.camel.component.exec.ExecException;

/** A task did not succeed. Its message says why in one line. */
public final class TaskFailedException extends ExecException {
    private static final long serialVersionUID = 1L;

    private final transient TaskOutcome outcome;

    /** Of an outcome, with the reason for a person. */
    TaskFailedException(TaskOutcome outcome, String reason) {
        super("task " + outcome.task() + " " + reason, null, null, outcome.exitCode());
        this.outcome = outcome;
    }

    /** Stable code: {@code task-transient}, {@code task-build}, {@code task-config}, {@code task-timed-out} or {@code task-stopped}. */
    public String code() {
        return "task-" + outcome.end().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** How it ended. */
    public TaskEnd end() {
        return outcome.end();
    }

    /** Whether the same run may succeed later with nothing changed. */
    public boolean isWorthRetrying() {
        return outcome.end().isWorthRetrying();
    }

    /** The last lines it wrote. */
    public List<String> lastLines() {
        return outcome.lastLines();
    }
}
