package io.waystation.update.task;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;

/**
 * How tasks are run on this machine.
 *
 * @param program name or path of {@code task}
 * @param project folder whose Taskfile is used unless a step names another
 * @param variables names of environment variables that tasks see beyond the usual ones
 * @param timeout limit of a run whose step has none
 * @param grace time between asking processes to end and killing them
 * @param output characters of a run's output that are kept
 * @param limits what a run may use of the machine
 */
record TaskSettings(String program, Path project, List<String> variables, Duration timeout, Duration grace, long output,
        TaskLimits limits) {
    private static final Duration LEAST = Duration.ofSeconds(1);

    TaskSettings {
        variables = List.copyOf(variables);
    }

    static TaskSettings from(Settings settings) {
        Duration timeout = settings.duration("waystation.update.task-timeout");
        if (timeout.compareTo(LEAST) < 0) {
            throw new InvalidSettingException("waystation.update.task-timeout", "must be a second at least");
        }
        return new TaskSettings(settings.required("waystation.update.task"), settings.path("waystation.update.project"),
                settings.list("waystation.update.task-variables"), timeout, settings.duration("waystation.update.task-grace"),
                settings.bytes("waystation.update.task-output"), TaskLimits.from(settings));
    }
}
