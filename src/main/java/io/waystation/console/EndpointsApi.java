package io.waystation.console;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.delivery.Endpoint;
import io.waystation.delivery.EndpointOptions;
import io.waystation.delivery.EndpointTerms;
import io.waystation.delivery.Endpoints;
import io.waystation.delivery.EventSelection;
import io.waystation.delivery.Ordering;
import io.waystation.delivery.SignatureStyle;
import io.waystation.http.ProblemException;
import org.apache.camel.Exchange;

/** Bean {@code endpointsApi}: receivers of deliveries. Secrets are told once, when they are made; headers by name only. */
public final class EndpointsApi {
    private static final int LONGEST_NAME = 200;

    private final Endpoints endpoints;
    private final Clock clock;

    EndpointsApi(Endpoints endpoints, Clock clock) {
        this.endpoints = endpoints;
        this.clock = clock;
    }

    /** {@code GET /api/endpoints}. */
    public void list(Exchange exchange) {
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("endpoints");
        endpoints.all().forEach(endpoint -> rows.add(describe(endpoint)));
        ApiAnswer.json(exchange, 200, answer);
    }

    /** {@code GET /api/endpoints/{id}}. */
    public void show(Exchange exchange) {
        ApiAnswer.json(exchange, 200, describe(find(exchange)));
    }

    /** {@code POST /api/endpoints}. */
    public void register(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        String url = request.text("url").orElseThrow(() -> ApiRequest.invalid("url", "must be given"));
        String name = request.text("name").orElse(url);
        if (name.length() > LONGEST_NAME) {
            name = name.substring(0, LONGEST_NAME);
        }
        Endpoint endpoint = endpoints.register(new Endpoints.Draft(name, url, selection(request), terms(request),
                headers(request.body().path("headers")), texts(request, "secrets")));
        Audit.note(exchange, "registered endpoint", endpoint.id());
        ObjectNode answer = describe(endpoint);
        if (!request.body().hasNonNull("secrets")) {
            answer.put("secret", endpoint.newestSecret());
        }
        ApiAnswer.json(exchange, 201, answer);
    }

    private static EventSelection selection(ApiRequest request) {
        JsonNode filter = request.body().path("filter");
        return checked("filter", () -> new EventSelection(texts(request, "channels"), texts(request, "types"), texts(request, "sources"),
                texts(request, "capabilities"), filter.isMissingNode() || filter.isNull() ? null : filter));
    }

    private static EndpointTerms terms(ApiRequest request) {
        EndpointTerms usual = EndpointTerms.USUAL;
        List<String> styles = texts(request, "signatures");
        return new EndpointTerms(
                styles.isEmpty() ? usual.styles() : checked("signatures", () -> styles.stream().map(SignatureStyle::of).toList()),
                request.text("ordering").map(text -> checked("ordering", () -> Ordering.of(text))).orElse(usual.ordering()),
                request.text("retry").map(text -> checked("retry", () -> EndpointTerms.checkedRetry(text))).orElse(null),
                request.body().path("rate").asDouble(), checked("endpoint", () -> EndpointOptions.read(request.body())));
    }

    private static <T> T checked(String field, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException wrong) {
            throw new ProblemException(400, "invalid-parameter", field + " cannot be used: " + wrong.getMessage() + ".");
        }
    }

    private static Map<String, String> headers(JsonNode given) {
        if (!given.isMissingNode() && !given.isObject()) {
            throw ApiRequest.invalid("headers", "must be an object of texts");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        given.fields().forEachRemaining(header -> {
            if (!header.getValue().isTextual()) {
                throw ApiRequest.invalid("headers", "must be an object of texts");
            }
            headers.put(header.getKey(), header.getValue().asText());
        });
        return headers;
    }

    private static List<String> texts(ApiRequest request, String field) {
        JsonNode given = request.body().path(field);
        List<String> texts = new ArrayList<>();
        for (JsonNode text : given) {
            if (!given.isArray() || !text.isTextual() || text.asText().isBlank()) {
                throw ApiRequest.invalid(field, "must be a list of texts that are not empty");
            }
            texts.add(text.asText());
        }
        if (given.isValueNode() && !given.isNull()) {
            throw ApiRequest.invalid(field, "must be a list of texts that are not empty");
        }
        return texts;
    }

    /** {@code POST /api/endpoints/{id}/pause}. */
    public void pause(Exchange exchange) {
        String reason = ApiRequest.of(exchange).text("reason").map(text -> ": " + text).orElse("");
        change(exchange, "paused endpoint", endpoints.pause(id(exchange), "paused by " + Audit.who(exchange) + reason));
    }

    /** {@code POST /api/endpoints/{id}/resume}. */
    public void resume(Exchange exchange) {
        change(exchange, "resumed endpoint", endpoints.resume(id(exchange)));
    }

    private void change(Exchange exchange, String action, CompletableFuture<Optional<Endpoint>> change) {
        Endpoint endpoint = change.join().orElseThrow(EndpointsApi::missing);
        Audit.note(exchange, action, endpoint.id());
        ApiAnswer.json(exchange, 200, describe(endpoint));
    }

    /** {@code POST /api/endpoints/{id}/rotate}: a new secret; the old one signs beside it for a while. */
    public void rotate(Exchange exchange) {
        String id = id(exchange);
        Optional<String> given = ApiRequest.of(exchange).text("secret");
        String secret = endpoints.rotate(id, given).orElseThrow(EndpointsApi::missing);
        Audit.note(exchange, "rotated the secret of endpoint", id);
        ObjectNode answer = describe(find(exchange));
        ApiAnswer.json(exchange, 200, given.isPresent() ? answer : answer.put("secret", secret));
    }

    /** {@code DELETE /api/endpoints/{id}}. */
    public void remove(Exchange exchange) {
        String id = id(exchange);
        if (!endpoints.remove(id)) {
            throw missing();
        }
        Audit.note(exchange, "removed endpoint", id);
        ApiAnswer.done(exchange);
    }

    private Endpoint find(Exchange exchange) {
        return endpoints.find(id(exchange)).orElseThrow(EndpointsApi::missing);
    }

    private static String id(Exchange exchange) {
        return ApiRequest.of(exchange).path("id");
    }

    private static ProblemException missing() {
        return ApiRequest.missing("no-such-endpoint", "There is no endpoint with this id.");
    }

    private ObjectNode describe(Endpoint endpoint) {
        ObjectNode json = ApiAnswer.object().put("id", endpoint.id()).put("name", endpoint.name()).put("url", endpoint.address().url())
                .put("state", endpoint.standing().state().text()).put("reason", endpoint.standing().reason())
                .put("failingSince", endpoint.standing().failingSince() == null ? null : endpoint.standing().failingSince().toString())
                .put("leaseUntil", endpoint.lease().map(Object::toString).orElse(null));
        json.setAll(endpoint.selection().json());
        json.setAll(endpoint.terms().json());
        ArrayNode headers = json.putArray("headers");
        endpoint.headers().keySet().stream().sorted().forEach(headers::add);
        return json.put("secrets", endpoint.keyCount(clock.instant())).put("created", endpoint.created().toString())
                .put("updated", endpoint.updated().toString());
    }
}
