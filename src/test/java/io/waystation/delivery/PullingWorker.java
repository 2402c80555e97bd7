package io.waystation.delivery;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;

/** An endpoint behind a firewall: follows its stream and keeps what it was handed. */
final class PullingWorker implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final List<Pulled> pulled = new CopyOnWriteArrayList<>();
    private final InputStream body;
    private final Thread reader;
    private volatile boolean ended;

    /** Opens the stream of an endpoint. */
    PullingWorker(URI stream, String secret, String lastEventId) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(stream).header("Authorization", "Bearer " + secret);
        HttpResponse<InputStream> answer = CLIENT.send(
                (lastEventId == null ? request : request.header("Last-Event-ID", lastEventId)).build(), BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw new IOException("HTTP " + answer.statusCode() + " " + new String(answer.body().readAllBytes(), StandardCharsets.UTF_8));
        }
        body = answer.body();
        reader = new Thread(this::read, "pulling-worker");
        reader.setDaemon(true);
        reader.start();
    }

    /** The same of an endpoint as it was registered. */
    static PullingWorker follow(DeliveryScene scene, JsonNode endpoint, String lastEventId) throws Exception {
        return new PullingWorker(scene.hub().uri(events(endpoint)), secret(endpoint), lastEventId);
    }

    /** Tells that it has all up to a position. */
    static JsonNode acknowledge(DeliveryScene scene, JsonNode endpoint, long position) throws Exception {
        return call(scene, "POST", events(endpoint), secret(endpoint), "{\"position\":" + position + "}");
    }

    private static String events(JsonNode endpoint) {
        return "/edge/" + endpoint.path("id").asText() + "/events";
    }

    private static String secret(JsonNode endpoint) {
        return endpoint.path("secret").asText(endpoint.path("webhookSecret").asText());
    }

    /** Calls the hub as a worker does, with its secret or none; the field {@code status} of the answer is the HTTP status. */
    static JsonNode call(DeliveryScene scene, String method, String path, String secret, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(scene.hub().uri(path)).method(method, BodyPublishers.ofString(body));
        HttpResponse<String> answer = CLIENT.send((secret == null ? request : request.header("Authorization", "Bearer " + secret)).build(),
                BodyHandlers.ofString());
        return ((ObjectNode) JSON.readTree(answer.body())).put("status", answer.statusCode());
    }

    /** One delivery as it was handed out. */
    record Pulled(long position, JsonNode data) {
        /** The body as text. */
        String text() {
            return new String(Base64.getDecoder().decode(data.path("body").asText()), StandardCharsets.UTF_8);
        }

        /** Headers as a verifier wants them. */
        Map<String, List<String>> headers() {
            Map<String, List<String>> headers = new HashMap<>();
            data.path("headers").fields().forEachRemaining(each -> headers.put(each.getKey(), List.of(each.getValue().asText())));
            return headers;
        }
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            String event = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ") && event.equals("delivery")) {
                    JsonNode data = JSON.readTree(line.substring(6));
                    pulled.add(new Pulled(data.path("position").asLong(), data));
                }
            }
        } catch (IOException cut) {
            // ended below
        }
        ended = true;
    }

    /** What it was handed. */
    List<Pulled> pulled() {
        return pulled;
    }

    /** Waits until it was handed so many, and no more. */
    void awaitPulled(int count) {
        Awaitility.await().untilAsserted(() -> Assertions.assertThat(pulled).hasSize(count));
    }

    /** Whether the hub ended the stream. */
    boolean isEnded() {
        return ended;
    }

    @Override
    public void close() throws Exception {
        body.close();
    }
}
