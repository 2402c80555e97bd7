package io.waystation.update.lint;

import java.util.List;
import java.util.Map;

/**
 * A Taskfile.
 *
 * @param file relative to the project
 * @param namespace what comes before its tasks' names, such as {@code nats}; empty for the project's own
 * @param variables of the whole file, with those its include gives it
 * @param tasks in their order
 * @param includes Taskfiles it includes
 */
record TaskfileSource(String file, String namespace, Map<String, Variable> variables, List<TaskEntry> tasks, List<Include> includes) {
    /**
     * An included Taskfile.
     *
     * @param namespace what comes before its tasks' names
     * @param location as written
     */
    record Include(String namespace, String location, boolean flat, Map<String, Variable> variables, int line) {
    }

    /** A task's name as it is called from the project's folder. */
    String called(TaskEntry task) {
        return namespace.isEmpty() ? task.name() : namespace + ":" + task.name();
    }

    /** Whether it belongs to a subsystem that is built or downloaded. */
    boolean isSubsystem() {
        return !namespace.isEmpty() && (task("bin:build") != null || task("bin:download") != null);
    }

    /** A task by its own name, or null. */
    TaskEntry task(String name) {
        return tasks.stream().filter(task -> task.name().equals(name)).findFirst().orElse(null);
    }
}
