package io.waystation.http;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A named bearer token, without its secret.
 *
 * @param name unique name, which audit lines carry
 * @param roles what it may do
 * @param created when it was made
 * @param expires when it ends; empty for never
 * @param lastUsed when it was last used, to the minute; empty for never
 */
public record Token(
        String name, Set<Role> roles, Instant created, Optional<Instant> expires, Optional<Instant> lastUsed) {
    /** Copies the roles. */
    public Token {
        roles = Set.copyOf(roles);
    }
}
