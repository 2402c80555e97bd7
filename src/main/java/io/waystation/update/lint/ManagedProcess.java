package io.waystation.update.lint;

import java.util.Optional;

/**
 * A process of a process-compose file.
 *
 * @param file relative to the project
 * @param name its name
 * @param line where it begins, from 1
 * @param command what it runs
 * @param waitsForDeath whether {@code shutdown.timeout_seconds} is set
 * @param probedPort port its readiness is asked at
 */
record ManagedProcess(String file, String name, int line, String command, boolean waitsForDeath, Optional<Integer> probedPort) {
}
