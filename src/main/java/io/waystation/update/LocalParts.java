package io.waystation.update;

import java.util.List;

/**
 * What a subsystem is on this machine.
 *
 * @param folder its folder, relative to the folder of the Taskfile
 * @param tasks prefix of its tasks: {@code nats} for {@code nats:bin:build}
 * @param versionVariable environment variable its tasks read the version from, such as {@code NATS_VERSION}
 * @param artefact the file that is swapped, relative to its folder, such as {@code .bin/nats-server}
 * @param process its name in the process supervisor; empty when nothing is reloaded
 * @param health command or URL that tells whether it works; empty for the supervisor's own readiness
 * @param dependents subsystems, or processes of the supervisor, to reload after it, in this order
 * @param mode how this machine gets new versions
 * @param fetch whether the hub brings the source to a version itself, and not the task {@code src:update}
 */
public record LocalParts(String folder, String tasks, String versionVariable, String artefact, String process, String health,
        List<String> dependents, Mode mode, boolean fetch) {
    /** Copies the list. */
    public LocalParts {
        dependents = List.copyOf(dependents);
    }
}
