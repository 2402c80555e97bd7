package io.waystation.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.waystation.event.Headers;
import org.apache.camel.Exchange;

/**
 * Brings a request's headers and parameters into a Camel message, and recognises them there again, so that
 * what a route leaves untouched is not sent back to the caller.
 */
final class ReceivedHeaders {
    /** Several values under one name, all of them received. */
    private static final class Values extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;
    }

    private final HttpRequest request;
    private final List<String> parameters;
    private List<String> queryValues = List.of();

    /**
     * Headers of a request.
     *
     * @param parameters values of path parameters
     */
    ReceivedHeaders(HttpRequest request, List<String> parameters) {
        this.request = request;
        this.parameters = parameters;
    }

    /** What routes on the event loop get: nothing that a sender can name. */
    void putBasics(Map<String, Object> target) {
        target.put(Exchange.HTTP_METHOD, request.method());
        target.put(Exchange.HTTP_PATH, request.path());
        if (request.query() != null) {
            target.put(Exchange.HTTP_QUERY, withoutToken(request.query()));
        }
    }

    /** The usual Camel HTTP headers: request headers, query parameters, and what Camel makes of the request line. */
    void putAll(Map<String, Object> target) {
        Headers headers = request.headers();
        String connectionNames = headers.first("connection").orElse("").toLowerCase(Locale.ROOT);
        for (Headers.Header header : headers.entries()) {
            if (!StrictHeaderFilter.dropsFromRequest(header.name()) && !isListed(connectionNames, header.name())) {
                append(target, header.name(), header.value());
            }
        }
        if (request.query() != null) {
            queryValues = new ArrayList<>();
            QueryString.forEach(request.query(), (name, value) -> {
                if (!StrictHeaderFilter.dropsFromRequest(name.toLowerCase(Locale.ROOT))) {
                    queryValues.add(value);
                    append(target, name, value);
                }
            });
        }
        putBasics(target);
        target.put(Exchange.HTTP_URI, request.path());
        if (request.query() != null) {
            target.put(Exchange.HTTP_RAW_QUERY, target.get(Exchange.HTTP_QUERY));
        }
        if (request.authority() != null) {
            target.put(Exchange.HTTP_URL, request.scheme() + "://" + request.authority() + request.path());
        }
    }

    /** Headers that the sender says belong to the connection (RFC 9110, section 7.6.1). */
    private static boolean isListed(String connectionNames, String name) {
        if (connectionNames.isEmpty()) {
            return false;
        }
        for (String listed : connectionNames.split(",")) {
            if (listed.trim().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static void append(Map<String, Object> target, String name, String value) {
        Object present = target.get(name);
        if (present == null) {
            target.put(name, value);
        } else if (present instanceof Values values) {
            values.add(value);
        } else {
            Values values = new Values();
            values.add(present);
            values.add(value);
            target.put(name, values);
        }
    }

    private static String withoutToken(String query) {
        if (!query.contains("access_token=")) {
            return query;
        }
        StringBuilder kept = new StringBuilder();
        for (String pair : query.split("&")) {
            if (!pair.startsWith("access_token=")) {
                kept.append(kept.length() == 0 ? "" : "&").append(pair);
            }
        }
        return kept.toString();
    }

    /** Whether a message header is one that came in and that no step of the route has set since. */
    boolean isUntouched(String name, Object value) {
        if (value instanceof Values || isSame(parameters, value) || isSame(queryValues, value)) {
            return true;
        }
        for (Headers.Header header : request.headers().entries()) {
            if (header.value() == value && header.name().equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSame(List<String> values, Object wanted) {
        for (String value : values) {
            if (value == wanted) {
                return true;
            }
        }
        return false;
    }
}
