package io.waystation.update;

import java.time.Instant;

/**
 * A version that is not tried again until a person lifts it.
 *
 * @param version the version
 * @param reason why, for a person
 * @param at since when
 */
public record Quarantine(UpstreamVersion version, String reason, Instant at) {
}
