package io.waystation.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import javax.net.ssl.SSLHandshakeException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.waystation.relay.AnyCertificate;
import io.waystation.relay.StreamBody;

/** Calls the API of a hub; whatever is not a success ends the command with the hub's reason. */
final class HubClient {
    /** Takes texts of any length: the body of an event is one of up to 34 MiB of base64. */
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build()).build());
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofMinutes(10);
    private static final int MORE_TRIES = 2;

    private final HttpClient http;
    private final URI hub;
    private final String token;

    /** With {@code insecure} it takes any certificate. */
    HubClient(URI hub, String token, boolean insecure) {
        this.hub = hub;
        this.token = token;
        this.http = http(insecure);
    }

    /** HTTP/1.1: one request needs no upgrade. */
    static HttpClient http(boolean insecure) {
        HttpClient.Builder client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
        if (insecure) {
            client.sslContext(AnyCertificate.context());
        }
        return client.build();
    }

    /** Checks the address of a hub; paths go behind it. */
    static URI address(String text) {
        return exactly(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    }

    /** Checks an address a person gave, and takes it as it is: with and without a slash at the end are two places. */
    static URI exactly(String text) {
        try {
            URI uri = new URI(text);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException malformed) {
            // answered below
        }
        throw new CommandFailure(ExitCode.USAGE, "'" + text + "' is not an address such as http://127.0.0.1:3333");
    }

    /** Address of the hub. */
    URI hub() {
        return hub;
    }

    /** GET of JSON. */
    JsonNode get(String path, Map<String, String> query) {
        return json(call("GET", path + query(query), BodyPublishers.noBody()));
    }

    /** GET of exact bytes. */
    byte[] bytes(String path) {
        return call("GET", path, BodyPublishers.noBody()).body();
    }

    /**
     * Opens an event stream; whatever is not one ends the command with the hub's reason.
     *
     * @param lastEventId where to go on, or empty
     * @param longestWait for the head of the answer
     * @throws IOException when nobody answers
     */
    StreamBody stream(String path, String lastEventId, Duration longestWait) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(hub + path)).timeout(longestWait)
                .header("Authorization", "Bearer " + token).header("Accept", "text/event-stream");
        if (!lastEventId.isEmpty()) {
            request.header("Last-Event-ID", lastEventId);
        }
        try {
            HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = http.send(request.build(), BodyHandlers.ofPublisher());
            if (response.statusCode() == 200) {
                StreamBody body = new StreamBody();
                response.body().subscribe(body);
                return body;
            }
            BodySubscriber<byte[]> problem = BodySubscribers.ofByteArray();
            response.body().subscribe(problem);
            throw refused(response.statusCode(),
                    problem.getBody().toCompletableFuture().get(longestWait.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException cut) {
            throw new IOException("the answer broke off", cut);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted while waiting for " + hub);
        }
    }

    /** POST of JSON. */
    JsonNode post(String path, Object body) {
        return json(call("POST", path, publisher(body)));
    }

    /** PUT of JSON. */
    JsonNode put(String path, Object body) {
        return json(call("PUT", path, publisher(body)));
    }

    /** PATCH of JSON. */
    JsonNode patch(String path, Object body) {
        return json(call("PATCH", path, publisher(body)));
    }

    /** DELETE. */
    void delete(String path) {
        call("DELETE", path, BodyPublishers.noBody());
    }

    /** One path segment, encoded. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String query(Map<String, String> parameters) {
        String query = parameters.entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .map(entry -> segment(entry.getKey()) + "=" + segment(entry.getValue()))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? "" : "?" + query;
    }

    private static BodyPublisher publisher(Object body) {
        try {
            return BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static JsonNode json(HttpResponse<byte[]> response) {
        try {
            return response.body().length == 0 ? JSON.createObjectNode() : JSON.readTree(response.body());
        } catch (IOException malformed) {
            throw new CommandFailure(ExitCode.FAILED, response.uri() + " did not answer with JSON; is it a Waystation hub?");
        }
    }

    private HttpResponse<byte[]> call(String method, String path, BodyPublisher body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(hub + path)).timeout(ANSWER)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, body).build();
        HttpResponse<byte[]> response = send(http, request);
        for (int again = 0; again < MORE_TRIES && response.statusCode() == 503 && method.equals("GET"); again++) {
            pause();
            response = send(http, request);
        }
        if (response.statusCode() / 100 != 2) {
            throw refused(response);
        }
        return response;
    }

    /** Sends a request to another place than the hub, with as much trust in certificates. */
    HttpResponse<byte[]> sendElsewhere(HttpRequest request) {
        return send(http, request);
    }

    /** Sends a request; no answer ends the command. */
    static HttpResponse<byte[]> send(HttpClient http, HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (IOException unreachable) {
            String reason = unreachable.getMessage() == null ? "" : " (" + unreachable.getMessage() + ")";
            if (unreachable instanceof SSLHandshakeException) {
                reason += "; is its certificate for this address and known to Java? --insecure takes any";
            }
            throw new CommandFailure(ExitCode.NOT_REACHABLE, "nobody answers at " + request.uri().resolve("/") + reason);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted while waiting for " + request.uri());
        }
    }

    /** Why the hub refused, from its problem JSON where it sent one. */
    static CommandFailure refused(HttpResponse<byte[]> response) {
        return refused(response.statusCode(), response.body());
    }

    private static CommandFailure refused(int status, byte[] body) {
        String reason = new String(body, StandardCharsets.UTF_8).strip();
        try {
            JsonNode problem = JSON.readTree(body);
            if (problem.hasNonNull("code")) {
                reason = problem.path("detail").asText(problem.path("title").asText()) + " (" + problem.get("code").asText() + ")";
            }
        } catch (IOException notJson) {
            // the text itself is the reason
        }
        return new CommandFailure(ExitCode.REFUSED, status + (reason.isEmpty() ? "" : ": " + reason));
    }

    /** Between two tries of a read that a busy hub has put off. */
    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted while the hub was busy");
        }
    }
}
