package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.store.Store;
import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edge workers that register themselves, with the body the edge protocol has. */
class EdgeRegistrationTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private DeliveryScene scene(String... settings) throws Exception {
        String[] all = new String[settings.length + 4];
        System.arraycopy(new String[] {"waystation.edge.check", "static", "waystation.edge.tokens", "bern=literal:token-of-bern"}, 0, all, 0, 4);
        System.arraycopy(settings, 0, all, 4, settings.length);
        return new DeliveryScene(folder.resolve("data"), all);
    }

    private static JsonNode call(DeliveryScene scene, String method, String path, String secret, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(scene.hub().uri(path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        HttpResponse<String> answer = CLIENT.send((secret == null ? request : request.header("Authorization", "Bearer " + secret)).build(),
                BodyHandlers.ofString());
        JsonNode json = answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
        return ((ObjectNode) json).put("status", answer.statusCode());
    }

    private static JsonNode register(DeliveryScene scene, String token, String url, String capabilities) throws Exception {
        return call(scene, "POST", "/edge/register", null, "{\"webhookUrl\":\"" + url + "\",\"linearToken\":\"" + token
                + "\",\"name\":\"worker\",\"capabilities\":[" + capabilities + "]}");
    }

    @Test
    void registersAndVerifiesAsTheEdgeProtocolHasIt() throws Exception {
        try (DeliveryScene scene = scene(); Receiver receiver = new Receiver()) {
            JsonNode registered = register(scene, "token-of-bern", receiver.url("/hook"), "\"push\"");
            scene.post("issues", "{\"n\":1}");
            scene.post("push", "{\"n\":2}");

            Awaitility.await().until(() -> receiver.received().size() == 1);
            Receiver.Received got = receiver.received().get(0);
            String signed = got.header("x-webhook-timestamp") + "." + got.text();
            HmacUtils mac = new HmacUtils(HmacAlgorithms.HMAC_SHA_256, registered.path("webhookSecret").asText());
            assertThat(got.text()).isEqualTo("{\"n\":2}");
            assertThat(got.header("x-webhook-signature"))
                    .isEqualTo("sha256=" + mac.hmacHex(signed));
            String kept = scene.hub().bean("store", Store.class).read(handle -> handle.createQuery(
                    "SELECT account || name || coalesce(headers, '') FROM delivery_endpoint").mapTo(String.class).one());
            assertThat(kept).as("nothing of the token").isEqualTo("static:bernworker");
        }
    }

    @Test
    void registeringAgainKeepsTheEndpointAndAnswersAFreshSecret() throws Exception {
        try (DeliveryScene scene = scene(); Receiver receiver = new Receiver()) {
            JsonNode first = register(scene, "token-of-bern", receiver.url("/hook"), "\"push\"");
            JsonNode second = register(scene, "token-of-bern", receiver.url("/hook"), "\"issues\"");

            assertThat(second.path("id")).isEqualTo(first.path("id"));
            assertThat(second.path("webhookSecret")).isNotEqualTo(first.path("webhookSecret"));
            JsonNode endpoint = scene.call("GET", "/api/endpoints/" + first.path("id").asText(), null);
            assertThat(endpoint.path("secrets").asInt()).isEqualTo(2);
            assertThat(endpoint.path("capabilities").get(0).asText()).isEqualTo("issues");
            assertThat(scene.call("GET", "/api/endpoints", null).path("endpoints")).hasSize(1);
        }
    }

    @Test
    void pausesAnEndpointWhoseLeaseRanOutAndDeliversWhatItMissedWhenItIsBack() throws Exception {
        try (DeliveryScene scene = scene("waystation.edge.lease", "3s"); Receiver receiver = new Receiver()) {
            JsonNode worker = register(scene, "token-of-bern", receiver.url("/hook"), "");
            String path = "/api/endpoints/" + worker.path("id").asText();
            Awaitility.await().until(() -> scene.call("GET", path, null).path("state").asText().equals("expired"));
            scene.post("push", "{\"missed\":true}");
            Awaitility.await().until(() -> scene.deliveries("endpoint=" + worker.path("id").asText()).size() == 1);
            assertThat(receiver.received()).isEmpty();

            JsonNode renewed = call(scene, "POST", "/edge/" + worker.path("id").asText() + "/heartbeat", worker.path("webhookSecret").asText(), "{}");

            assertThat(renewed.path("state").asText()).isEqualTo("active");
            Awaitility.await().until(() -> receiver.received().size() == 1);
        }
    }

    @Test
    void letsOnlyWhoKnowsTheSecretRenewAndLeave() throws Exception {
        try (DeliveryScene scene = scene(); Receiver receiver = new Receiver()) {
            JsonNode worker = register(scene, "token-of-bern", receiver.url("/hook"), "");
            String path = "/edge/" + worker.path("id").asText();

            assertThat(call(scene, "POST", path + "/heartbeat", "whsec_wrong", "{}").path("status").asInt()).isEqualTo(401);
            assertThat(call(scene, "DELETE", path, null, null).path("status").asInt()).isEqualTo(401);
            assertThat(call(scene, "DELETE", "/edge/ep_none", worker.path("webhookSecret").asText(), null).path("status").asInt()).isEqualTo(401);
            assertThat(call(scene, "DELETE", path, worker.path("webhookSecret").asText(), null).path("status").asInt()).isEqualTo(204);
            assertThat(scene.call("GET", "/api/endpoints", null).path("endpoints")).isEmpty();
        }
    }

    @Test
    void refusesBadTokensBadAddressesAndTooMany() throws Exception {
        try (DeliveryScene scene = scene("waystation.edge.registrations-per-minute", "4")) {
            assertThat(register(scene, "another-token", "http://127.0.0.1:1/", "").path("code").asText()).isEqualTo("token-required");
            assertThat(register(scene, "token-of-bern", "https://10.0.0.1/", "").path("code").asText()).isEqualTo("endpoint-address-refused");
            assertThat(call(scene, "POST", "/edge/register", null, "[]").path("code").asText()).isEqualTo("invalid-json");
            assertThat(call(scene, "POST", "/edge/register", null, "{}").path("code").asText()).isEqualTo("invalid-parameter");
            assertThat(register(scene, "token-of-bern", "http://127.0.0.1:1/", "").path("code").asText()).isEqualTo("too-many-registrations");
        }
        try (DeliveryScene closed = new DeliveryScene(folder.resolve("closed"))) {
            assertThat(register(closed, "token-of-bern", "http://127.0.0.1:1/", "").path("code").asText()).isEqualTo("registration-off");
        }
    }

    @Test
    void registersOnlyWhoAnswersTheChallengeWhereThatIsAskedFor() throws Exception {
        try (DeliveryScene scene = scene("waystation.edge.intent", "challenge"); Receiver receiver = new Receiver()) {
            assertThat(register(scene, "token-of-bern", receiver.url("/hook"), "").path("code").asText()).isEqualTo("intent-not-confirmed");
            receiver.replies(got -> new Receiver.Reply(200, Map.of(), got.path().replaceAll(".*hub\\.challenge=([0-9a-f]+).*", "$1"), 0));

            assertThat(register(scene, "token-of-bern", receiver.url("/hook?a=b"), "").path("status").asInt()).isEqualTo(200);

            assertThat(receiver.received().get(1).method()).isEqualTo("GET");
            assertThat(receiver.received().get(1).path()).startsWith("/hook?a=b&hub.mode=subscribe&");
        }
    }

    @Test
    void asksLinearWhoseTokenItIsAndGivesItsOrganisationsEventsOnly() throws Exception {
        try (Receiver linear = new Receiver().replies(got -> got.header("authorization").equals("lin_api_good")
                ? new Receiver.Reply(200, Map.of(), "{\"data\":{\"viewer\":{\"id\":\"p1\",\"organization\":{\"id\":\"o1\"}}}}", 0)
                : Receiver.Reply.of(401));
                DeliveryScene scene = new DeliveryScene(folder.resolve("data"), "waystation.edge.check", "linear",
                        "waystation.edge.linear-api", linear.url("/graphql")); Receiver receiver = new Receiver()) {
            assertThat(register(scene, "lin_api_bad", receiver.url("/"), "").path("status").asInt()).isEqualTo(401);
            JsonNode worker = register(scene, "lin_api_good", receiver.url("/"), "");
            register(scene, "lin_api_good", receiver.url("/"), "");

            assertThat(linear.received()).as("asked once for each token").hasSize(2);
            assertThat(linear.received().get(1).text()).contains("viewer");
            assertThat(scene.call("GET", "/api/endpoints/" + worker.path("id").asText(), null).path("sources").get(0).asText())
                    .isEqualTo("/linear/o1");
        }
    }

    @Test
    void registersOnlyWhoAllowsItInTheHandshakeOfCloudEventsAndKeepsToTheRateItAllows() throws Exception {
        try (DeliveryScene scene = scene("waystation.edge.intent", "handshake", "waystation.delivery.intent", "handshake",
                "waystation.delivery.origin", "hub.example"); Receiver receiver = new Receiver()) {
            assertThat(register(scene, "token-of-bern", receiver.url("/hook"), "").path("code").asText()).isEqualTo("intent-not-confirmed");
            receiver.replies(got -> new Receiver.Reply(200, Map.of("WebHook-Allowed-Origin", "other.example", "WebHook-Allowed-Rate", "*"), "", 0));
            assertThat(register(scene, "token-of-bern", receiver.url("/hook"), "").path("code").asText()).isEqualTo("intent-not-confirmed");
            receiver.replies(got -> new Receiver.Reply(200, Map.of("WebHook-Allowed-Origin", "hub.example"), "", 0));
            assertThat(register(scene, "token-of-bern", receiver.url("/hook"), "").path("code").asText()).isEqualTo("intent-not-confirmed");
            receiver.replies(got -> new Receiver.Reply(204, Map.of("WebHook-Allowed-Origin", "hub.example", "WebHook-Allowed-Rate", "120"), "", 0));

            JsonNode worker = register(scene, "token-of-bern", receiver.url("/hook"), "");
            JsonNode endpoint = scene.endpoint(receiver.url("/other"));

            assertThat(scene.call("GET", "/api/endpoints/" + worker.path("id").asText(), null).path("rate").asDouble()).isEqualTo(2);
            assertThat(endpoint.path("rate").asDouble()).isEqualTo(2);
            receiver.replies(got -> new Receiver.Reply(204, Map.of("WebHook-Allowed-Origin", "hub.example", "WebHook-Allowed-Rate", "60"), "", 0));
            JsonNode moved = scene.call("PATCH", "/api/endpoints/" + endpoint.path("id").asText(), "{\"url\":\"" + receiver.url("/moved") + "\"}");
            assertThat(moved.path("rate").asDouble()).as("what the new place allows").isEqualTo(1);
            Receiver.Received asked = receiver.received().get(0);
            assertThat(asked.method() + " " + asked.header("webhook-request-origin")).isEqualTo("OPTIONS hub.example");
            assertThat(asked.header("webhook-request-rate")).isEqualTo("6000");
        }
    }
}
