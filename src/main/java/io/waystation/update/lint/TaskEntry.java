package io.waystation.update.lint;

import java.util.List;
import java.util.Map;

/**
 * A task as a Taskfile writes it.
 *
 * @param name its name in its own Taskfile, such as {@code bin:build}
 * @param line where it begins, from 1
 * @param commands what it runs; calls of other tasks are left out
 * @param status its status commands
 * @param variables its own
 * @param ignoresErrors whether a failed command counts as done
 * @param asks whether it has a prompt
 */
record TaskEntry(String name, int line, List<Command> commands, List<Command> status, Map<String, Variable> variables,
        boolean ignoresErrors, boolean asks) {
    /** All its commands as one text. */
    String script() {
        return String.join("\n", commands.stream().flatMap(command -> command.lines().stream()).map(Command::text).toList());
    }
}
