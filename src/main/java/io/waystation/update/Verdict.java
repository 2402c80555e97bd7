package io.waystation.update;

import java.time.Instant;

/**
 * What a person said about one version.
 *
 * @param approved whether it may be taken
 * @param by name of the token that said so
 * @param at when
 */
public record Verdict(boolean approved, String by, Instant at) {
}
