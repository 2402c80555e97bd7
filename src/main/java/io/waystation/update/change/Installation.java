package io.waystation.update.change;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where the binary of a subsystem lives: {@code .bin/NAME}, the one before it in {@code .bin/.previous}, the one that
 * may become it in {@code .bin/.staging}.
 *
 * @param subsystem name, as in the manifest
 * @param folder the subsystem's folder, such as {@code /srv/plat/nats}
 * @param binary file name, which may differ from the subsystem's, such as {@code nats-server}
 * @param built where a build or download leaves the new file; when this is {@code .bin/NAME} itself, a copy of the
 *     current one is kept while it runs
 * @param process name of the process that runs the binary, or null when none does
 */
public record Installation(String subsystem, Path folder, String binary, Path built, String process) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,99}");

    /** Checks the names and makes the paths absolute. */
    public Installation {
        requireName("subsystem", subsystem);
        requireName("binary", binary);
        folder = folder.toAbsolutePath().normalize();
        built = built == null ? folder.resolve(".bin").resolve(binary) : folder.resolve(built).normalize();
        if (!built.startsWith(folder)) {
            throw new IllegalArgumentException("the artefact of " + subsystem + " must be below " + folder + ", not " + built);
        }
    }

    /** A subsystem that is built in place. */
    public static Installation of(String subsystem, Path folder, String binary, String process) {
        return new Installation(subsystem, folder, binary, null, process);
    }

    private static void requireName(String what, String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("the name of a " + what + " must match " + NAME + ", not '" + name + "'");
        }
    }

    /** The binary in use. */
    public Path current() {
        return folder.resolve(".bin").resolve(binary);
    }

    /** The binary that was in use before. */
    public Path previous() {
        return folder.resolve(".bin").resolve(".previous").resolve(binary);
    }

    /** Where a new binary waits; downloads and archives go here too. */
    public Path staging() {
        return folder.resolve(".bin").resolve(".staging");
    }

    /** The binary that may become the current one. */
    public Path staged() {
        return staging().resolve(binary);
    }

    /** Whether a build writes over the binary in use. */
    boolean buildsInPlace() {
        return built.equals(current());
    }
}
