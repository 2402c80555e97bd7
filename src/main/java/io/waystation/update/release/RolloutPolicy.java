package io.waystation.update.release;

/** Who may have a version first. One bean of this type in the registry decides; without one, everybody. */
@FunctionalInterface
public interface RolloutPolicy {
    /**
     * The rollout that a version begins with.
     *
     * @param subsystem name of the subsystem
     * @param version as upstream calls it
     * @param usual what the settings say: everybody, with their jitter
     */
    Rollout first(String subsystem, String version, Rollout usual);
}
