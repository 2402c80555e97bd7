package io.waystation.console;

import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.delivery.Deliveries;
import io.waystation.delivery.Endpoint;
import io.waystation.delivery.EndpointIntent;
import io.waystation.delivery.EndpointState;
import io.waystation.delivery.Endpoints;
import io.waystation.delivery.TestDelivery;
import io.waystation.http.ProblemException;
import org.apache.camel.Exchange;

/** Bean {@code endpointsApi}: receivers of deliveries. Secrets are told once, when they are made; headers by name only. */
public final class EndpointsApi {
    private final Endpoints endpoints;
    private final EndpointIntent intent;
    private final TestDelivery tests;
    private final Deliveries deliveries;
    private final Clock clock;

    EndpointsApi(Endpoints endpoints, EndpointIntent intent, TestDelivery tests, Deliveries deliveries, Clock clock) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.intent = intent;
        this.tests = tests;
        this.clock = clock;
    }

    /** {@code GET /api/endpoints}. */
    public void list(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        Optional<EndpointState> state = request.query("state").map(EndpointsApi::state);
        Optional<String> group = request.query("group");
        ObjectNode answer = ApiAnswer.object();
        ArrayNode rows = answer.putArray("endpoints");
        endpoints.all().stream().filter(endpoint -> state.isEmpty() || state.get() == endpoint.standing().state())
                .filter(endpoint -> group.isEmpty() || group.get().equals(endpoint.membership().group()))
                .forEach(endpoint -> rows.add(describe(endpoint)));
        ApiAnswer.json(exchange, 200, answer);
    }

    private static EndpointState state(String text) {
        return Arrays.stream(EndpointState.values()).filter(state -> state.text().equals(text)).findFirst()
                .orElseThrow(() -> ApiRequest.invalid("state", "must be active, paused, disabled or expired"));
    }

    /** {@code GET /api/endpoints/{id}}. */
    public void show(Exchange exchange) {
        Endpoint endpoint = find(exchange);
        ApiAnswer.json(exchange, 200, describe(endpoint).put("owed", deliveries.owed(endpoint.id())));
    }

    /** {@code POST /api/endpoints}. */
    public void register(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        Endpoint endpoint = endpoints.register(EndpointFields.draft(request, intent));
        Audit.note(exchange, "registered endpoint", endpoint.id());
        ObjectNode answer = describe(endpoint);
        if (!request.body().hasNonNull("secrets")) {
            answer.put("secret", endpoint.newestSecret());
        }
        ApiAnswer.json(exchange, 201, answer);
    }

    /** {@code PATCH /api/endpoints/{id}}: changes what is given and leaves the rest. */
    public void edit(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        Endpoint before = find(exchange);
        if (request.body().has("secrets")) {
            throw ApiRequest.invalid("secrets", "cannot be changed so; rotate them");
        }
        Endpoints.Draft wanted = EndpointFields.change(request, before);
        boolean moved = wanted.url() != null && (before.pulls() || !before.address().equals(endpoints.checked(wanted.url())));
        OptionalDouble rate = moved ? intent.confirm(wanted.url()) : OptionalDouble.empty();
        change(exchange, "changed " + fields(request) + " of endpoint",
                endpoints.edit(before.id(), endpoint -> EndpointFields.allowed(EndpointFields.change(request, endpoint), rate)));
    }

    private static String fields(ApiRequest request) {
        return EndpointFields.NAMES.stream().filter(request.body()::has).collect(Collectors.joining(", "));
    }

    /** {@code POST /api/endpoints/{id}/test}: sends a signed test delivery and answers with what came back. */
    public void test(Exchange exchange) {
        Endpoint endpoint = find(exchange);
        Audit.note(exchange, "tested endpoint", endpoint.id());
        ApiAnswer.json(exchange, 200, tests.send(endpoint).join().json());
    }

    /** {@code POST /api/endpoints/{id}/pause}. */
    public void pause(Exchange exchange) {
        String reason = ApiRequest.of(exchange, "reason").text("reason").map(text -> ": " + text).orElse("");
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
        Optional<String> given = ApiRequest.of(exchange, "secret").text("secret");
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
        ObjectNode json = ApiAnswer.object().put("id", endpoint.id()).put("name", endpoint.name())
                .put("url", endpoint.pulls() ? null : endpoint.address().url()).put("pull", endpoint.pulls())
                .put("state", endpoint.standing().state().text()).put("reason", endpoint.standing().reason())
                .put("failingSince", endpoint.standing().failingSince() == null ? null : endpoint.standing().failingSince().toString())
                .put("leaseUntil", endpoint.lease().map(Object::toString).orElse(null));
        json.setAll(endpoint.selection().json());
        json.setAll(endpoint.terms().json());
        json.put("group", endpoint.membership().group()).put("whenDown", endpoint.membership().whenDown().text());
        json.putNull("certificate");
        endpoint.certificate().ifPresent(certificate -> json.putObject("certificate").put("subject", certificate.subject())
                .put("fingerprint", certificate.fingerprint()).put("validUntil", certificate.validUntil().toString()));
        ArrayNode headers = json.putArray("headers");
        endpoint.headers().keySet().stream().sorted().forEach(headers::add);
        return json.put("secrets", endpoint.keyCount(clock.instant())).put("created", endpoint.created().toString())
                .put("updated", endpoint.updated().toString());
    }
}
