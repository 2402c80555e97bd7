package io.waystation.delivery;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

import io.waystation.http.Access;
import io.waystation.http.HttpRequest;
import io.waystation.http.ProblemException;
import org.apache.camel.Exchange;

/** Lets an endpoint in that knows one of its secrets. Thread-safe. */
final class EdgeAccess {
    private final Endpoints endpoints;
    private final Clock clock;

    EdgeAccess(Endpoints endpoints, Clock clock) {
        this.endpoints = endpoints;
        this.clock = clock;
    }

    /**
     * The endpoint of the path.
     *
     * @throws ProblemException 401 {@code token-required} when the caller does not know a secret of it, or there is none
     */
    Endpoint require(Exchange exchange) {
        Optional<String> secret = Access.secret(exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class));
        Instant now = clock.instant();
        return endpoints.find(exchange.getMessage().getHeader("id", "", String.class))
                .filter(found -> secret.isPresent() && found.currentKeys(now).stream().anyMatch(key -> key.secret().matches(secret.get())))
                .orElseThrow(EdgeAccess::unknown);
    }

    /** The same, when it registered itself. */
    Endpoint requireOwn(Exchange exchange) {
        Endpoint endpoint = require(exchange);
        if (endpoint.account() == null) {
            throw unknown();
        }
        return endpoint;
    }

    /** Tells neither whether there is such an endpoint. */
    static ProblemException unknown() {
        return Access.tokenRequired("This needs the endpoint's webhookSecret, sent as 'Authorization: Bearer <secret>'.");
    }
}
