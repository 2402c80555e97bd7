package io.waystation.update.fleet;

import java.util.List;
import java.util.Optional;

import io.waystation.update.release.ReleaseManifest;
import io.waystation.update.release.Rollout;

/** The releases this hub has published. Implementations are thread-safe, and what {@link #publish} did survives the process. */
interface PublishedReleases {
    /** Subsystems that have one, by name. */
    List<String> subsystems();

    /** The newest manifest of a subsystem. */
    Optional<ReleaseManifest> newest(String subsystem);

    /**
     * Publishes the newest release again with the next serial, for other machines or none.
     *
     * @param seen the manifest that was decided on; when another one is the newest by now, nothing is published
     * @return whether it was
     */
    boolean publish(ReleaseManifest seen, Rollout rollout);
}
