package io.waystation.delivery;

import java.util.Optional;

/** Says whose token a registration brings. Thread-safe; may block for a few seconds. */
@FunctionalInterface
interface TokenCheck {
    /**
     * The account of a token; empty when it is not good.
     *
     * @throws io.waystation.http.ProblemException 503 {@code token-check-unavailable} when nobody could say
     */
    Optional<EdgeAccount> check(String token);
}
