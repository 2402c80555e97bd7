package io.waystation.http;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Named bearer tokens with roles, kept as hashes.
 *
 * <p>Thread-safe; {@link #find} never waits for the disk, so that it may be called on an event loop.
 */
public interface Tokens {
    /** Registry name. */
    String NAME = "tokens";

    /** Token of a secret, unless it is unknown or has expired; notes that it was used. */
    Optional<Token> find(String secret);

    /**
     * Makes a token.
     *
     * @param name unique; letters, digits, dots, dashes and underscores, at most 64
     * @param roles at least one
     * @param lifetime how long it is valid; empty for ever
     * @return the secret, which is kept nowhere
     * @throws ProblemException 400 {@code invalid-token-name} or {@code no-roles}, 409 {@code token-exists}
     */
    String create(String name, Set<Role> roles, Optional<Duration> lifetime);

    /** Ends a token at once; false when there is none of that name. */
    boolean revoke(String name);

    /** Adds what is run after a token was revoked or has expired: what it opened may still be open. It must not block. */
    void onEnded(Runnable listener);

    /** Every token, by name. */
    List<Token> list();
}
