package io.waystation.delivery;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.http.Access;
import io.waystation.http.HttpRequest;
import io.waystation.http.ProblemException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Bean {@code edge}: workers register themselves with a token, keep their registration by a heartbeat, and leave. Their
 * deliveries are signed in the styles {@code edge} and {@code standard-webhooks}. Thread-safe; blocks.
 */
public final class EdgeRegistration {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final EndpointTerms TERMS = new EndpointTerms(
            List.of(SignatureStyle.EDGE, SignatureStyle.STANDARD_WEBHOOKS), Ordering.PER_KEY, null, 0);
    private static final Duration CHALLENGE = Duration.ofSeconds(10);
    private static final int LONGEST_TEXT = 200;
    private static final int MOST_CAPABILITIES = 100;

    private final Endpoints endpoints;
    private final DeliveryClient client;
    private final EdgeSettings settings;
    private final RegistrationLimit limit;
    private final Clock clock;

    EdgeRegistration(Endpoints endpoints, DeliveryClient client, EdgeSettings settings, Clock clock) {
        this.endpoints = endpoints;
        this.client = client;
        this.settings = settings;
        this.limit = new RegistrationLimit(settings.perMinute(), clock);
        this.clock = clock;
    }

    /** {@code POST /edge/register}: answers with a fresh secret; registering again keeps the endpoint and renews its lease. */
    public void register(Exchange exchange) {
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        limit.count("address " + request.remoteAddress());
        TokenCheck check = settings.check().orElseThrow(() -> new ProblemException(403, "registration-off",
                "This hub takes no registrations of edge workers (waystation.edge.check)."));
        JsonNode body = body(exchange);
        String token = text(body, "linearToken", 4_096);
        limit.count("token " + CachedTokens.digest(token));
        EdgeAccount account = check.check(token).orElseThrow(() -> Access.tokenRequired("The token is not one that may register."));
        String url = text(body, "webhookUrl", 2_048);
        Endpoints.Draft draft = new Endpoints.Draft(text(body, "name", LONGEST_TEXT), url,
                new EventSelection(List.of(), List.of(), account.sources(), capabilities(body), null), TERMS, Map.of(), List.of());
        if (settings.challenge()) {
            challenge(endpoints.checked(url));
        }
        Endpoint endpoint = endpoints.registerFor(account.id(), draft, clock.instant().plus(settings.lease()));
        answer(exchange, describe(endpoint).put("webhookSecret", endpoint.newestSecret()));
    }

    /** The endpoint must want this: it answers a challenge, as WebSub has it (section 5.3). */
    private void challenge(EndpointAddress address) {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        String challenge = HexFormat.of().formatHex(random);
        String query = "hub.mode=subscribe&hub.challenge=" + challenge + "&hub.lease_seconds=" + settings.lease().toSeconds()
                + "&hub.topic=" + URLEncoder.encode("deliveries", StandardCharsets.UTF_8);
        EndpointAddress asked = new EndpointAddress(address.secure(), address.host(), address.port(),
                address.target() + (address.target().indexOf('?') < 0 ? "?" : "&") + query);
        Answer answer = client.send("GET", asked, Map.of("User-Agent", "Waystation"), new byte[0], CHALLENGE).join();
        if (!answer.isSuccess() || !answer.snippet().strip().equals(challenge)) {
            throw new ProblemException(422, "intent-not-confirmed", "The endpoint did not answer the challenge at "
                    + address.url() + " with it: " + (answer.isSuccess() ? "it answered something else" : answer.detail()) + ".");
        }
    }

    /** {@code POST /edge/{id}/heartbeat}: renews the lease. */
    public void heartbeat(Exchange exchange) {
        Endpoint endpoint = authenticated(exchange);
        Endpoint renewed = endpoints.renew(endpoint.id(), clock.instant().plus(settings.lease())).join()
                .orElseThrow(EdgeRegistration::unknown);
        answer(exchange, describe(renewed));
    }

    /** {@code DELETE /edge/{id}}: ends the registration. */
    public void leave(Exchange exchange) {
        endpoints.remove(authenticated(exchange).id());
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
        message.setBody(new byte[0]);
    }

    /** The endpoint of the path, when the caller knows one of its secrets. */
    private Endpoint authenticated(Exchange exchange) {
        Optional<String> secret = Access.secret(exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class));
        Instant now = clock.instant();
        return endpoints.find(exchange.getMessage().getHeader("id", "", String.class)).filter(found -> found.account() != null)
                .filter(found -> secret.isPresent() && found.currentKeys(now).stream().anyMatch(key -> key.secret().matches(secret.get())))
                .orElseThrow(EdgeRegistration::unknown);
    }

    /** Tells neither whether there is such an endpoint. */
    private static ProblemException unknown() {
        return Access.tokenRequired("This needs the endpoint's webhookSecret, sent as 'Authorization: Bearer <secret>'.");
    }

    private static ObjectNode describe(Endpoint endpoint) {
        return JSON.createObjectNode().put("id", endpoint.id()).put("state", endpoint.standing().state().text())
                .put("leaseUntil", endpoint.lease().map(Instant::toString).orElse(null));
    }

    private static JsonNode body(Exchange exchange) {
        try {
            JsonNode body = JSON.readTree(exchange.getMessage().getBody(byte[].class));
            if (body != null && body.isObject()) {
                return body;
            }
        } catch (IOException malformed) {
            // answered below
        }
        throw new ProblemException(400, "invalid-json", "The body must be a JSON object.");
    }

    private static String text(JsonNode body, String field, int longest) {
        String text = body.path(field).isTextual() ? body.path(field).asText().trim() : "";
        if (text.isEmpty() || text.length() > longest) {
            throw new ProblemException(400, "invalid-parameter", field + " must be a text of 1 to " + longest + " characters.");
        }
        return text;
    }

    private static List<String> capabilities(JsonNode body) {
        List<String> capabilities = new ArrayList<>();
        JsonNode given = body.path("capabilities");
        if (!given.isMissingNode() && !given.isNull() && (!given.isArray() || given.size() > MOST_CAPABILITIES)) {
            throw new ProblemException(400, "invalid-parameter", "capabilities must be a list of at most " + MOST_CAPABILITIES + " texts.");
        }
        for (JsonNode each : given) {
            if (!each.isTextual() || each.asText().isBlank() || each.asText().length() > LONGEST_TEXT) {
                throw new ProblemException(400, "invalid-parameter", "capabilities must be texts.");
            }
            capabilities.add(each.asText());
        }
        return capabilities;
    }

    private static void answer(Exchange exchange, ObjectNode json) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setHeader("Cache-Control", "no-store");
        message.setBody(json.toString().getBytes(StandardCharsets.UTF_8));
    }
}
