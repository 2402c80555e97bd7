package io.waystation.console;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import org.apache.camel.Exchange;
import org.apache.camel.util.TimeUtils;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.waystation.settings.Durations;
import io.waystation.http.HttpRequest;
import io.waystation.http.JsonBody;
import io.waystation.http.ProblemException;
import io.waystation.http.QueryString;

/** One call of the API: path and query parameters, or fields of a JSON body, read with clear refusals. */
final class ApiRequest {
    private final Exchange exchange;
    private final HttpRequest request;
    private ObjectNode body;

    private ApiRequest(Exchange exchange) {
        this.exchange = exchange;
        this.request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
    }

    static ApiRequest of(Exchange exchange) {
        return new ApiRequest(exchange);
    }

    /** A call with a body that may have these fields and no others. */
    static ApiRequest of(Exchange exchange, String... fields) {
        ApiRequest request = of(exchange);
        request.onlyFields(List.of(fields));
        return request;
    }

    /** Part of the path. */
    String path(String name) {
        return exchange.getMessage().getHeader(name, String.class);
    }

    /** Query parameter; blank is absent. */
    Optional<String> query(String name) {
        return QueryString.first(request.query(), name).map(String::trim).filter(value -> !value.isEmpty());
    }

    /** The JSON object in the body; an empty body is an empty object. */
    ObjectNode body() {
        if (body == null) {
            body = parse();
        }
        return body;
    }

    private ObjectNode parse() {
        byte[] bytes = exchange.getMessage().getBody(byte[].class);
        if (bytes == null || bytes.length == 0) {
            return JsonNodeFactory.instance.objectNode();
        }
        return JsonBody.read(bytes).orElseThrow(() -> new ProblemException(400, "invalid-json", "The body must be a JSON object."));
    }

    /** Refuses a body that has other fields than these: a misspelt condition would choose everything. */
    void onlyFields(Collection<String> known) {
        body().fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                throw new ProblemException(400, "unknown-field", "There is no field '" + (field.length() > 100 ? field.substring(0, 100) : field)
                        + "'; there are " + String.join(", ", known) + ".");
            }
        });
    }

    /** Text field of the body; blank is absent. */
    Optional<String> text(String field) {
        JsonNode value = body().path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (value.isContainerNode()) {
            throw invalid(field, "must be a text");
        }
        return Optional.of(value.asText().trim()).filter(text -> !text.isEmpty());
    }

    /** True or false of the body; anything else is refused. */
    Optional<Boolean> flag(String field) {
        JsonNode value = body().path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw invalid(field, "must be true or false");
        }
        return Optional.of(value.asBoolean());
    }

    /** Number from 1 to a most, or a default. */
    static int limit(Optional<String> text, int usual, int most) {
        try {
            int limit = text.map(Integer::parseInt).orElse(usual);
            if (limit >= 1 && limit <= most) {
                return limit;
            }
        } catch (NumberFormatException notANumber) {
            // answered below
        }
        throw invalid("limit", "must be a whole number from 1 to " + most);
    }

    /** An instant, or a duration that lies so long before now. */
    static Optional<Instant> time(String name, Optional<String> text, Clock clock) {
        return text.map(value -> {
            try {
                return value.length() > 1 && Character.isDigit(value.charAt(0)) && value.contains("-")
                        ? Instant.parse(value)
                        : clock.instant().minus(Durations.parse(value));
            } catch (DateTimeException | IllegalArgumentException malformed) {
                throw invalid(name, "must be a time such as 2026-01-31T12:00:00Z, or how long ago, such as 2h or 7d");
            }
        });
    }

    /** A duration such as {@code 30s} or {@code 7d}. */
    static Duration duration(String name, String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw invalid(name, malformed.getMessage());
        }
    }

    /** A duration as it is written in requests. */
    static String text(Duration duration) {
        return TimeUtils.printDuration(duration, true).replaceAll("(?<=[dhms])(0(?:ms|[hms]))+$", "");
    }

    /** A parameter cannot be used. */
    static ProblemException invalid(String name, String problem) {
        return new ProblemException(400, "invalid-parameter", name + " " + problem + ".");
    }

    /** Something asked for by name is not there. */
    static ProblemException missing(String code, String detail) {
        return new ProblemException(404, code, detail);
    }
}
