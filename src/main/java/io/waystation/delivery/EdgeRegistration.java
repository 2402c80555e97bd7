package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.http.Access;
import io.waystation.http.HttpRequest;
import io.waystation.http.JsonBody;
import io.waystation.http.ProblemException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Bean {@code edge}: workers register themselves with a token, keep their registration by a heartbeat, and leave. Their
 * deliveries are signed in the styles {@code edge} and {@code standard-webhooks}. Thread-safe; blocks.
 */
public final class EdgeRegistration {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final EndpointTerms TERMS = new EndpointTerms(
            List.of(SignatureStyle.EDGE, SignatureStyle.STANDARD_WEBHOOKS), Ordering.PER_KEY, null, 0);
    private static final int LONGEST_TEXT = 200;
    private static final int MOST_CAPABILITIES = 100;

    private final Endpoints endpoints;
    private final IntentCheck intent;
    private final EdgeSettings settings;
    private final EdgeAccess access;
    private final RegistrationLimit limit;
    private final Clock clock;

    EdgeRegistration(Endpoints endpoints, IntentCheck intent, EdgeAccess access, EdgeSettings settings, Clock clock) {
        this.endpoints = endpoints;
        this.access = access;
        this.intent = intent;
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
        String url = body.hasNonNull("webhookUrl") ? text(body, "webhookUrl", 2_048) : null;
        OptionalDouble rate = url == null ? OptionalDouble.empty() : intent.confirm(endpoints.checked(url));
        Endpoints.Draft draft = new Endpoints.Draft(text(body, "name", LONGEST_TEXT), url,
                new EventSelection(List.of(), List.of(), account.sources(), capabilities(body), null),
                rate.isPresent() ? TERMS.withRate(rate.getAsDouble()) : TERMS, Map.of(), null, List.of(), membership(body, account));
        Endpoint endpoint = endpoints.registerFor(account.id(), draft, clock.instant().plus(settings.lease()));
        answer(exchange, describe(endpoint).put("webhookSecret", endpoint.newestSecret()));
    }

    /** Workers of one account, of one organisation at Linear, stand together unless they say otherwise. */
    private static Membership membership(JsonNode body, EdgeAccount account) {
        try {
            return new Membership(body.hasNonNull("group") ? account.id().split("/", 2)[0] + "/" + text(body, "group", LONGEST_TEXT / 2)
                    : account.id().split("/", 2)[0], WhenDown.of(body.path("whenDown").asText(WhenDown.HOLD.text())));
        } catch (IllegalArgumentException wrong) {
            throw new ProblemException(400, "invalid-parameter", "group or whenDown cannot be used: " + wrong.getMessage() + ".");
        }
    }

    /** {@code POST /edge/{id}/heartbeat}: renews the lease. */
    public void heartbeat(Exchange exchange) {
        Endpoint endpoint = access.requireOwn(exchange);
        Endpoint renewed = endpoints.renew(endpoint.id(), clock.instant().plus(settings.lease())).join()
                .orElseThrow(EdgeAccess::unknown);
        answer(exchange, describe(renewed));
    }

    /** {@code DELETE /edge/{id}}: ends the registration. */
    public void leave(Exchange exchange) {
        endpoints.remove(access.requireOwn(exchange).id());
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
        message.setBody(new byte[0]);
    }

    private static ObjectNode describe(Endpoint endpoint) {
        return JSON.createObjectNode().put("id", endpoint.id()).put("state", endpoint.standing().state().text())
                .put("leaseUntil", endpoint.lease().map(Object::toString).orElse(null));
    }

    static JsonNode body(Exchange exchange) {
        return JsonBody.read(exchange.getMessage().getBody(byte[].class))
                .orElseThrow(() -> new ProblemException(400, "invalid-json", "The body must be a JSON object."));
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

    static void answer(Exchange exchange, ObjectNode json) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setHeader("Cache-Control", "no-store");
        message.setBody(json.toString().getBytes(StandardCharsets.UTF_8));
    }
}
