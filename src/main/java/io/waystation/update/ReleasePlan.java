package io.waystation.update;

/**
 * What becomes of a new version after it has proven itself on a machine that builds.
 *
 * @param target where it is released to
 * @param repository {@code owner/name} that releases on GitHub go to; empty for other targets
 * @param packing who packs it
 * @param minimumCurrent oldest installed version that may go to it directly; empty for all
 */
public record ReleasePlan(Target target, String repository, Packing packing, String minimumCurrent) {
    /** Where versions are released to. */
    public enum Target {
        /** Nowhere. */
        NONE,
        /** Releases of a repository on GitHub. */
        GITHUB,
        /** A folder that this hub, or any web server, hands out. */
        FOLDER
    }

    /** Who packs a version. */
    public enum Packing {
        /** {@link #TASK} where the Taskfile has the target, else {@link #OWN}. */
        AUTO,
        /** The subsystem's task {@code package}. */
        TASK,
        /** The hub itself. */
        OWN
    }
}
