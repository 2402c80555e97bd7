package io.waystation.settings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The home folder of whoever runs this program, as a shell and Git see it: {@code $HOME} wins over the user database, which
 * is all that Java asks, and which does not know every user of a container.
 */
public final class HomeFolder {
    private HomeFolder() {
    }

    /** The home folder; empty where {@code $HOME} is not set and the user database names no folder that is there. */
    public static Optional<Path> of(Map<String, String> environment) {
        return absolute(environment.get("HOME"))
                .or(() -> absolute(System.getProperty("user.home")).filter(Files::isDirectory)); // "?" of an unknown user is none
    }

    /**
     * Where programs of this user keep their state, {@code $XDG_STATE_HOME} or {@code ~/.local/state}; empty without either.
     *
     * @see <a href="https://specifications.freedesktop.org/basedir-spec/latest/">basedir-spec: a path that is not absolute is ignored</a>
     */
    public static Optional<Path> state(Map<String, String> environment) {
        return absolute(environment.get("XDG_STATE_HOME"))
                .or(() -> of(environment).map(home -> home.resolve(".local").resolve("state")));
    }

    private static Optional<Path> absolute(String path) {
        return Optional.ofNullable(path).filter(text -> !text.isBlank()).map(Path::of).filter(Path::isAbsolute);
    }
}
