package io.waystation.update;

/** How a machine gets a new version of a subsystem. */
public enum Mode {
    /** Builds it from source. */
    DEV,
    /** Downloads it. */
    USER,
    /** {@link #DEV} where the subsystem's folder has a {@code .src} folder, else {@link #USER}. */
    AUTO
}
