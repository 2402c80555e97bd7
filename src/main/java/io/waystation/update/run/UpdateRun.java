package io.waystation.update.run;

import java.time.Instant;

import io.waystation.update.UpstreamVersion;

/**
 * One run of the update pipeline, over all its attempts.
 *
 * @param id id of its operation, else of its work item
 * @param subsystem what it updates
 * @param step what it did last, or was about to do when the hub ended
 * @param wanted the version it leads to, or null while that is not decided
 * @param sha256 digest of the new binary, or null before there is one
 * @param outcome how it ended, or null while it goes on
 * @param reason why, for a person; may be null
 * @param started when it began
 * @param updated when its step was written
 */
public record UpdateRun(String id, String subsystem, UpdateStep step, UpstreamVersion wanted, String sha256, String outcome,
        String reason, Instant started, Instant updated) {
}
