package io.waystation.http;

import java.util.List;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;

/**
 * Lets pages of other origins call the hub. No credentials: tokens travel in a header or the query.
 *
 * @see <a href="https://fetch.spec.whatwg.org/#http-cors-protocol">Fetch, CORS protocol</a>
 */
final class Cors {
    private final List<String> origins;
    private final boolean any;

    Cors(List<String> origins) {
        this.origins = origins;
        this.any = origins.contains("*");
    }

    /** Adds what the response needs; answers a preflight and returns true. */
    boolean handles(HttpServerRequest request) {
        String origin = request.getHeader("origin");
        if (origins.isEmpty() || origin == null) {
            return false;
        }
        MultiMap headers = request.response().headers();
        if (!any) {
            headers.set("Vary", "Origin");
        }
        if (!any && !origins.contains(origin)) {
            return false;
        }
        headers.set("Access-Control-Allow-Origin", any ? "*" : origin);
        headers.set("Access-Control-Expose-Headers", "Retry-After");
        String method = request.getHeader("access-control-request-method");
        if (!request.method().equals(HttpMethod.OPTIONS) || method == null) {
            return false;
        }
        headers.set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        String asked = request.getHeader("access-control-request-headers");
        headers.set("Access-Control-Allow-Headers",
                asked == null ? "Authorization, Content-Type, Last-Event-ID, Idempotency-Key" : asked);
        headers.set("Access-Control-Max-Age", "600");
        request.response().setStatusCode(204).end();
        return true;
    }
}
