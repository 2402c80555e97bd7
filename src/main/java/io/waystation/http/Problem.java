package io.waystation.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import org.apache.camel.util.json.JsonObject;

/**
 * An error answer with a stable code.
 *
 * @param status HTTP status
 * @param code stable code
 * @param detail what happened and what to do
 * @param instance where it is found in the log, or null
 * @param headers response headers to add
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457, problem details for HTTP APIs</a>
 */
record Problem(int status, String code, String detail, String instance, Map<String, String> headers) {
    static Problem of(ProblemException refusal) {
        return new Problem(refusal.status(), refusal.code(), refusal.getMessage(), null, refusal.headers());
    }

    static Problem of(int status, String code, String detail) {
        return new Problem(status, code, detail, null, Map.of());
    }

    static Problem retryLater(String code, String detail) {
        return new Problem(503, code, detail, null, Map.of("Retry-After", "2"));
    }

    byte[] json() {
        JsonObject json = new JsonObject();
        json.put("type", "about:blank");
        json.put("title", HttpResponseStatus.valueOf(status).reasonPhrase());
        json.put("status", status);
        json.put("detail", detail);
        json.put("code", code);
        if (instance != null) {
            json.put("instance", instance);
        }
        return json.toJson().getBytes(StandardCharsets.UTF_8);
    }

    /** Writes the whole response; does nothing when one was begun already. */
    void writeTo(HttpServerResponse response, HttpMethod method) {
        if (response.headWritten() || response.ended() || response.closed()) {
            return;
        }
        byte[] body = json();
        response.setStatusCode(status);
        headers.forEach(response::putHeader);
        response.putHeader("Content-Type", "application/problem+json");
        response.putHeader("Content-Length", Integer.toString(body.length));
        response.putHeader("X-Content-Type-Options", "nosniff");
        if (HttpMethod.HEAD.equals(method)) {
            response.end();
        } else {
            response.end(Buffer.buffer(body));
        }
    }
}
