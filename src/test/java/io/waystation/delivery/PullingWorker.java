package io.waystation.delivery;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
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

/** An endpoint behind a firewall: follows its stream and keeps what it was handed. */
final class PullingWorker implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Pulled> pulled = new CopyOnWriteArrayList<>();
    private final InputStream body;
    private final Thread reader;
    private volatile boolean ended;

    /** Opens the stream of an endpoint. */
    PullingWorker(URI stream, String secret, String lastEventId) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(stream).header("Authorization", "Bearer " + secret);
        HttpResponse<InputStream> answer = HttpClient.newHttpClient().send(
                (lastEventId == null ? request : request.header("Last-Event-ID", lastEventId)).build(), BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw new IOException("HTTP " + answer.statusCode() + " " + new String(answer.body().readAllBytes(), StandardCharsets.UTF_8));
        }
        body = answer.body();
        reader = new Thread(this::read, "pulling-worker");
        reader.setDaemon(true);
        reader.start();
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

    /** Whether the hub ended the stream. */
    boolean isEnded() {
        return ended;
    }

    @Override
    public void close() throws Exception {
        body.close();
    }
}
