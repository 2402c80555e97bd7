package io.waystation.console;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import io.waystation.delivery.ClientCertificate;
import io.waystation.delivery.Endpoint;
import io.waystation.delivery.EndpointIntent;
import io.waystation.delivery.EndpointOptions;
import io.waystation.delivery.EndpointTerms;
import io.waystation.delivery.Endpoints;
import io.waystation.delivery.EventSelection;
import io.waystation.delivery.Membership;
import io.waystation.delivery.Ordering;
import io.waystation.delivery.SignatureStyle;
import io.waystation.delivery.WhenDown;
import io.waystation.http.ProblemException;

/**
 * Reads the fields of an endpoint from the body of a request. In a change, a field that is absent stays as it is and one that is
 * null is as if it had never been given.
 */
final class EndpointFields {
    private static final int LONGEST_NAME = 200;
    private static final int MOST_RATE = 100_000;
    private static final String AUTHORIZATION = "Authorization";
    /** Names of all fields. */
    static final List<String> NAMES = List.of("name", "url", "pull", "channels", "types", "sources", "capabilities", "filter",
            "signatures", "ordering", "retry", "rate", "concurrency", "timeLimit", "head", "orderBy", "probe", "signer", "group",
            "whenDown", "headers", "authentication", "certificate", "secrets");

    private final ApiRequest request;
    private final Endpoint before;

    private EndpointFields(ApiRequest request, Endpoint before) {
        this.request = request;
        this.before = before;
    }

    /** A new endpoint; its address was asked for its consent where that is switched on. */
    static Endpoints.Draft draft(ApiRequest request, EndpointIntent intent) {
        request.onlyFields(NAMES);
        Endpoints.Draft draft = new EndpointFields(request, null).draft();
        if (draft.url() == null) {
            return draft;
        }
        return allowed(draft, intent.confirm(draft.url()));
    }

    /** A draft that asks for no more requests a second than its address allows, if that named a number. */
    static Endpoints.Draft allowed(Endpoints.Draft draft, OptionalDouble rate) {
        return rate.isEmpty() || draft.terms().rate() > 0 && draft.terms().rate() < rate.getAsDouble() ? draft
                : new Endpoints.Draft(draft.name(), draft.url(), draft.selection(), draft.terms().withRate(rate.getAsDouble()),
                        draft.headers(), draft.certificate(), draft.secrets(), draft.membership());
    }

    /** An endpoint as it is to be. */
    static Endpoints.Draft change(ApiRequest request, Endpoint before) {
        request.onlyFields(NAMES);
        return new EndpointFields(request, before).draft();
    }

    private Endpoints.Draft draft() {
        String url = url();
        String name = request.text("name").orElse(before == null || has("name") ? url == null ? "pulls" : url : before.name());
        return new Endpoints.Draft(name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name, url, selection(), terms(),
                headers(), certificate(), texts("secrets", List.of()), membership());
    }

    private String url() {
        boolean pull = request.flag("pull").orElse(before != null && before.pulls() && !given("url"));
        if (pull) {
            if (given("url")) {
                throw ApiRequest.invalid("url", "must be left out for an endpoint that pulls");
            }
            return null;
        }
        return request.text("url").orElseGet(() -> {
            if (before == null || before.pulls()) {
                throw ApiRequest.invalid("url", "must be given, or pull: true");
            }
            return before.address().url();
        });
    }

    private EventSelection selection() {
        EventSelection old = before == null ? EventSelection.ALL : before.selection();
        JsonNode filter = has("filter") ? request.body().path("filter") : old.filter();
        return checked("filter", () -> new EventSelection(texts("channels", old.channels()), texts("types", old.types()),
                texts("sources", old.sources()), texts("capabilities", old.capabilities()),
                filter == null || filter.isNull() ? null : filter));
    }

    private EndpointTerms terms() {
        JsonNode concurrency = request.body().path("concurrency");
        if (given("concurrency") && !concurrency.isIntegralNumber()) {
            throw ApiRequest.invalid("concurrency", "must be a whole number of calls, or 0 for what the settings have");
        }
        EndpointTerms old = before == null ? EndpointTerms.USUAL : before.terms();
        List<String> styles = texts("signatures", old.styles().stream().map(SignatureStyle::text).toList());
        String retry = has("retry") ? request.text("retry").orElse(null) : old.retry();
        return checked("rate", () -> new EndpointTerms(
                styles.isEmpty() ? EndpointTerms.USUAL.styles() : checked("signatures", () -> styles.stream().map(SignatureStyle::of).toList()),
                request.text("ordering").map(text -> checked("ordering", () -> Ordering.of(text)))
                        .orElse(has("ordering") ? EndpointTerms.USUAL.ordering() : old.ordering()),
                retry == null ? null : checked("retry", () -> EndpointTerms.checkedRetry(retry)), has("rate") ? rate() : old.rate(),
                checked("endpoint", () -> EndpointOptions.read(old.json().setAll(request.body())))));
    }

    private double rate() {
        JsonNode rate = request.body().path("rate");
        if (rate.isNull()) {
            return 0;
        }
        if (!rate.isNumber() || rate.asDouble() < 0 || rate.asDouble() > MOST_RATE) {
            throw ApiRequest.invalid("rate", "must be a number of attempts per second from 0 (no limit) to " + MOST_RATE);
        }
        return rate.asDouble();
    }

    private Membership membership() {
        Membership old = before == null ? Membership.NONE : before.membership();
        String group = has("group") ? request.text("group").orElse(null) : old.group();
        return checked("group", () -> new Membership(group,
                request.text("whenDown").map(text -> checked("whenDown", () -> WhenDown.of(text)))
                        .orElse(has("whenDown") ? Membership.NONE.whenDown() : old.whenDown())));
    }

    private ClientCertificate certificate() {
        if (!has("certificate")) {
            return before == null ? null : before.certificate().orElse(null);
        }
        return request.text("certificate").map(pem -> checked("certificate", () -> ClientCertificate.of(pem))).orElse(null);
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        JsonNode given = request.body().path("headers");
        if (!has("headers") && before != null) {
            headers.putAll(before.headers());
        } else if (!given.isMissingNode() && !given.isNull()) {
            texts(given, "headers").forEach(headers::put);
        }
        if (has("authentication")) {
            headers.remove(AUTHORIZATION);
            authentication(request.body().path("authentication"), headers);
        }
        return headers;
    }

    private static void authentication(JsonNode given, Map<String, String> headers) {
        if (given.isNull()) {
            return;
        }
        if (given.path("bearer").isTextual() && given.size() == 1) {
            headers.put(AUTHORIZATION, "Bearer " + given.path("bearer").asText());
        } else if (given.path("user").isTextual() && given.path("password").isTextual() && given.size() == 2
                && given.path("user").asText().indexOf(':') < 0) { // RFC 7617, section 2
            headers.put(AUTHORIZATION, "Basic " + Base64.getEncoder().encodeToString(
                    (given.path("user").asText() + ":" + given.path("password").asText()).getBytes(StandardCharsets.UTF_8)));
        } else {
            throw ApiRequest.invalid("authentication", "must be {\"user\": ..., \"password\": ...} or {\"bearer\": ...}");
        }
    }

    private static Map<String, String> texts(JsonNode given, String field) {
        if (!given.isObject()) {
            throw ApiRequest.invalid(field, "must be an object of texts");
        }
        Map<String, String> texts = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        given.fields().forEachRemaining(each -> {
            if (!each.getValue().isTextual()) {
                throw ApiRequest.invalid(field, "must be an object of texts");
            }
            texts.put(each.getKey(), each.getValue().asText());
        });
        return texts;
    }

    private List<String> texts(String field, List<String> otherwise) {
        JsonNode given = request.body().path(field);
        if (given.isMissingNode()) {
            return otherwise;
        }
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

    private boolean has(String field) {
        return request.body().has(field);
    }

    private boolean given(String field) {
        return request.body().hasNonNull(field);
    }

    private static <T> T checked(String field, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException wrong) {
            throw new ProblemException(400, "invalid-parameter", field + " cannot be used: " + wrong.getMessage() + ".");
        }
    }
}
