package io.waystation.update;

/**
 * One repository a subsystem may come from.
 *
 * @param address Git address: https, ssh or, if a setting allows it, file
 * @param repository {@code owner/name} on the forge that events and releases name, or empty when the address tells none
 * @param branch branch that the strategy {@link Strategy#COMMITS} follows
 */
public record Upstream(String address, String repository, String branch) {
}
