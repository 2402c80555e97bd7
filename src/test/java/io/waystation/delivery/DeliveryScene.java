package io.waystation.delivery;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.HubFixture;
import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;

/** A hub with a channel {@code shop} whose posts are verified, and its API. */
public final class DeliveryScene implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String SECRET = "shop-secret";

    private final HubFixture hub;
    private final String token;

    /** Starts a hub that may deliver to loopback, with further settings. */
    public DeliveryScene(Path data, String... settings) throws Exception {
        this(data, Optional.empty(), settings);
    }

    /** The same with a home folder that has routes of its own. */
    public DeliveryScene(Path data, Optional<Path> home, String... settings) throws Exception {
        List<String> all = new ArrayList<>(List.of("waystation.secrets.literal", "true", "waystation.channels.shop.secrets", "literal:" + SECRET,
                "waystation.channels.shop.provider", "github", "waystation.delivery.insecure", "true",
                "waystation.delivery.allowed-addresses", "127.0.0.0/8,::1", "waystation.delivery.retry", "200ms, 400ms"));
        all.addAll(List.of(settings));
        hub = HubFixture.start(data, home, all.toArray(String[]::new));
        token = Files.readString(data.resolve("token")).strip();
    }

    /** The hub. */
    public HubFixture hub() {
        return hub;
    }

    /** Posts a verified event of the type {@code com.github.<kind>} and answers with its position. */
    public String post(String kind, String body) throws Exception {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String signature = new HmacUtils(HmacAlgorithms.HMAC_SHA_256, SECRET).hmacHex(bytes);
        HttpResponse<String> answer = CLIENT.send(HttpRequest.newBuilder(hub.uri("/shop")).header("Content-Type", "application/json")
                .header("X-GitHub-Event", kind).header("X-Hub-Signature-256", "sha256=" + signature)
                .POST(BodyPublishers.ofByteArray(bytes)).build(), BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    /** Calls the API; the field {@code status} of the answer is the HTTP status. */
    public JsonNode call(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = CLIENT.send(HttpRequest.newBuilder(hub.uri(path)).header("Authorization", "Bearer " + token)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
        JsonNode json = answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
        return ((ObjectNode) json).put("status", answer.statusCode());
    }

    /** Registers an endpoint with further fields, such as {@code "types": ["x"]}. */
    public JsonNode endpoint(String url, String... fields) throws Exception {
        StringBuilder body = new StringBuilder("{\"url\":\"" + url + "\"");
        for (String field : fields) {
            body.append(',').append(field);
        }
        JsonNode answer = call("POST", "/api/endpoints", body.append('}').toString());
        if (answer.path("status").asInt() != 201) {
            throw new IOException(answer.toString());
        }
        return answer;
    }

    /** Removes all endpoints with what they are owed. */
    public void removeEndpoints() throws Exception {
        for (JsonNode endpoint : call("GET", "/api/endpoints", null).path("endpoints")) {
            call("DELETE", "/api/endpoints/" + endpoint.path("id").asText(), null);
        }
    }

    /** Deliveries that fit a query such as {@code state=dead}. */
    public JsonNode deliveries(String query) throws Exception {
        return call("GET", "/api/deliveries?" + query, null).path("deliveries");
    }

    /** Waits until so many deliveries to an endpoint are in a state. */
    public void awaitState(String endpoint, String state, int count) {
        Awaitility.await().untilAsserted(() -> Assertions.assertThat(deliveries("endpoint=" + endpoint + "&state=" + state)).hasSize(count));
    }

    @Override
    public void close() {
        hub.close();
    }
}
