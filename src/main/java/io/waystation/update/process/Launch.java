package io.waystation.update.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What to start.
 *
 * @param command absolute program and its arguments, none of which a shell looks at
 * @param environment all that the processes see; nothing of the hub's own
 * @param directory where the program starts
 */
public record Launch(List<String> command, Map<String, String> environment, Path directory) {
    /** Copies and checks. */
    public Launch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty() || !Path.of(command.get(0)).isAbsolute()) {
            throw new IllegalArgumentException("a program is named by its absolute path, not by " + command);
        }
    }
}
