package io.waystation.update.fleet;

import java.time.Instant;

/**
 * What one machine last said about a subsystem.
 *
 * @param machine its name
 * @param state what became of the version
 * @param version the version, or null when nothing is installed
 * @param reason for a person; may be null
 * @param receivedAt when it said so, by the clock of this hub
 * @param enrolledAt when the machine was first heard of
 * @param lastSeen when it was last heard of, about any subsystem
 */
public record FleetMember(String machine, ReportState state, String version, String reason, Instant receivedAt, Instant enrolledAt,
        Instant lastSeen) {
}
