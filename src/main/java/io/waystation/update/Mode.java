package io.waystation.update;

import java.nio.file.Files;
import java.nio.file.Path;

/** How a machine gets a new version of a subsystem. */
public enum Mode {
    /** Builds it from source. */
    DEV,
    /** Downloads it. */
    USER,
    /** {@link #DEV} where the subsystem's folder has a {@code .src} folder, else {@link #USER}. */
    AUTO;

    /** {@link #DEV} or {@link #USER} for a subsystem's folder as it is now. */
    public Mode in(Path folder) {
        if (this != AUTO) {
            return this;
        }
        return Files.isDirectory(folder.resolve(".src")) ? DEV : USER;
    }
}
