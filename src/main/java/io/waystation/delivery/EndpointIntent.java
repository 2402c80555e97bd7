package io.waystation.delivery;

import java.util.OptionalDouble;

import io.waystation.http.ProblemException;

/** Asks an address whether it wants deliveries, where {@code waystation.delivery.intent} says so. Thread-safe; blocks. */
public final class EndpointIntent {
    private final Endpoints endpoints;
    private final IntentCheck check;

    EndpointIntent(Endpoints endpoints, IntentCheck check) {
        this.endpoints = endpoints;
        this.check = check;
    }

    /**
     * Asks.
     *
     * @return requests per second that the address allows, if it names a number
     * @throws ProblemException when the URL cannot be used, or 422 {@code intent-not-confirmed}
     */
    public OptionalDouble confirm(String url) {
        return check.confirm(endpoints.checked(url));
    }
}
