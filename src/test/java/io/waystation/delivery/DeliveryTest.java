package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import io.micrometer.core.instrument.Counter;
import io.waystation.store.Meters;
import io.waystation.store.Store;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a posted webhook to an endpoint, through the packaged routes of the real hub. */
class DeliveryTest {
    private static final String PUSH = "{\"ref\":\"refs/heads/main\",\"repository\":{\"full_name\":\"acme/site\"},\"size\":3}";

    @TempDir
    static Path folder;
    private static DeliveryScene scene;
    private Receiver receiver;

    @BeforeAll
    static void start() throws Exception {
        scene = new DeliveryScene(folder.resolve("data"), "waystation.delivery.attempt-limit", "20s",
                "waystation.delivery.disable-after", "1s");
    }

    @AfterAll
    static void stop() {
        scene.close();
    }

    @BeforeEach
    void listen() throws Exception {
        receiver = new Receiver();
    }

    @AfterEach
    void stopListening() throws Exception {
        scene.removeEndpoints();
        receiver.close();
    }

    private void awaitReceived(int count) {
        Awaitility.await().untilAsserted(() -> assertThat(receiver.received()).hasSizeGreaterThanOrEqualTo(count));
    }

    private static JsonNode awaitDelivery(String endpoint, String state) throws Exception {
        Awaitility.await().until(() -> scene.deliveries("endpoint=" + endpoint + "&state=" + state).size() == 1);
        String id = scene.deliveries("endpoint=" + endpoint + "&state=" + state).get(0).path("id").asText();
        return scene.call("GET", "/api/deliveries/" + id, null);
    }

    @Test
    void deliversTheExactBytesSignedAndRecordsTheAttempt() throws Exception {
        JsonNode endpoint = scene.endpoint(receiver.url("/hook?a=b"), "\"name\":\"edge one\"", "\"headers\":{\"X-Team\":\"blue\"}");

        scene.post("push", PUSH);

        awaitReceived(1);
        Receiver.Received got = receiver.received().get(0);
        assertThat(got.method() + " " + got.path()).isEqualTo("POST /hook?a=b");
        assertThat(got.text()).isEqualTo(PUSH);
        assertThat(got.header("content-type")).isEqualTo("application/json");
        assertThat(got.header("x-team")).isEqualTo("blue");
        assertThat(got.header("ce-type")).isEqualTo("com.github.push");
        assertThat(got.header("webhook-id")).startsWith("msg_").doesNotContain(".");
        got.verify(endpoint.path("secret").asText());
        JsonNode delivery = awaitDelivery(endpoint.path("id").asText(), "succeeded");
        assertThat(delivery.path("attempts")).hasSize(1);
        assertThat(delivery.path("attempts").get(0).path("status").asInt()).isEqualTo(200);
        assertThat(delivery.path("attempts").get(0).path("snippet").asText()).isEqualTo("answer 200");
        assertThat(delivery.path("eventAttributes").path("type").asText()).isEqualTo("com.github.push");
    }

    @Test
    void deliversOnlyWhatAnEndpointSelects() throws Exception {
        scene.endpoint(receiver.url("/types"), "\"types\":[\"com.github.rel*\"]");
        scene.endpoint(receiver.url("/channels"), "\"channels\":[\"other\"]");
        scene.endpoint(receiver.url("/capable"), "\"capabilities\":[\"push\"]");
        scene.endpoint(receiver.url("/incapable"), "\"capabilities\":[\"issues\"]");
        scene.endpoint(receiver.url("/filter"), "\"filter\":{\"repository\":{\"full_name\":{\"$startsWith\":\"acme/\"}},\"size\":{\"$gte\":3}}");
        scene.endpoint(receiver.url("/other"), "\"filter\":{\"size\":{\"$gt\":3}}");
        scene.endpoint(receiver.url("/all"));

        scene.post("push", PUSH);

        awaitReceived(3);
        assertThat(receiver.received()).extracting(Receiver.Received::path).containsExactlyInAnyOrder("/capable", "/filter", "/all");
    }

    @Test
    void makesNoExchangeForEventsThatNobodyWants() throws Exception {
        scene.endpoint(receiver.url("/types"), "\"types\":[\"com.github.rel*\"]");
        double before = exchanges();

        for (int i = 0; i < 5; i++) {
            scene.post("push", PUSH);
        }
        scene.post("release", PUSH);

        awaitReceived(1);
        assertThat(exchanges() - before).isEqualTo(1);
    }

    private static double exchanges() {
        return Meters.of(scene.hub().context()).get("camel.exchanges.total").tag("routeId", "deliveries").counters().stream()
                .mapToDouble(Counter::count).sum();
    }

    @Test
    void triesAgainByTheScheduleWithTheSameIdAndAFreshSignature() throws Exception {
        AtomicInteger count = new AtomicInteger();
        receiver.replies(got -> Receiver.Reply.of(count.incrementAndGet() < 3 ? 500 : 204));
        JsonNode endpoint = scene.endpoint(receiver.url("/"));

        scene.post("push", PUSH);

        awaitReceived(3);
        assertThat(receiver.received()).extracting(got -> got.header("webhook-id")).containsOnly(receiver.received().get(0).header("webhook-id"));
        for (Receiver.Received got : receiver.received()) {
            got.verify(endpoint.path("secret").asText());
        }
        JsonNode delivery = awaitDelivery(endpoint.path("id").asText(), "succeeded");
        assertThat(delivery.path("attempts")).extracting(attempt -> attempt.path("status").asInt()).containsExactly(500, 500, 204);
        assertThat(delivery.path("attempts").get(0).path("error").asText()).isEqualTo("status");
    }

    @Test
    void makesADeadLetterThatIsListedByReasonAndReplayedWithTheSameId() throws Exception {
        receiver.replies(got -> Receiver.Reply.of(302).with("Location", receiver.url("/elsewhere")));
        JsonNode endpoint = scene.endpoint(receiver.url("/"), "\"retry\":\"100ms\"");
        String id = endpoint.path("id").asText();
        scene.post("push", PUSH);

        JsonNode dead = awaitDelivery(id, "dead");

        assertThat(dead.path("reason").asText()).isEqualTo("redirect: HTTP 302");
        assertThat(dead.path("attempts")).hasSize(2);
        assertThat(receiver.received()).extracting(Receiver.Received::path).containsOnly("/");
        assertThat(scene.deliveries("endpoint=" + id + "&state=dead&reason=redirect")).hasSize(1);
        assertThat(scene.deliveries("endpoint=" + id + "&state=dead&reason=timeout")).isEmpty();
        receiver.replies(got -> Receiver.Reply.of(200));
        JsonNode dry = scene.call("POST", "/api/deliveries/replay", "{\"endpoint\":\"" + id + "\",\"dryRun\":true}");
        assertThat(dry.path("found").asInt()).isEqualTo(1);
        assertThat(dry.path("replayed").asInt()).isZero();
        assertThat(scene.call("POST", "/api/deliveries/replay", "{\"endpoint\":\"" + id + "\"}").path("replayed").asInt()).isEqualTo(1);
        assertThat(awaitDelivery(id, "succeeded").path("attempts")).hasSize(3);
        assertThat(receiver.received()).extracting(got -> got.header("webhook-id")).containsOnly(receiver.received().get(0).header("webhook-id"));
    }

    @Test
    void tellsTheClassesOfErrorsApart() throws Exception {
        ServerSocket plain = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        int closed;
        try (Receiver gone = new Receiver()) {
            closed = gone.port();
        }
        Thread noTls = new Thread(() -> answerPlainly(plain));
        noTls.setDaemon(true);
        noTls.start();
        receiver.replies(got -> got.path().equals("/slow") ? Receiver.Reply.of(200).after(5_000) : Receiver.Reply.of(0));
        Map<String, String> expected = Map.of(
                "http://127.0.0.1:" + closed + "/", "connection-refused",
                receiver.url("/slow"), "timeout",
                receiver.url("/reset"), "connection-reset",
                "https://127.0.0.1:" + plain.getLocalPort() + "/", "tls-error",
                "http://no-such-name.invalid/", "dns-error");
        Map<String, String> ids = new HashMap<>();
        for (String url : expected.keySet()) {
            String limit = url.endsWith("/slow") ? "500ms" : "20s";
            ids.put(url, scene.endpoint(url, "\"retry\":\"none\"", "\"timeLimit\":\"" + limit + "\"").path("id").asText());
        }

        scene.post("push", PUSH);

        for (Map.Entry<String, String> each : expected.entrySet()) {
            assertThat(awaitDelivery(ids.get(each.getKey()), "dead").path("attempts").get(0).path("error").asText())
                    .as(each.getKey()).isEqualTo(each.getValue());
        }
    }

    private static void answerPlainly(ServerSocket server) {
        try (server; Socket socket = server.accept()) {
            socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        } catch (IOException ended) {
            // the other side has seen enough
        }
    }

    @Test
    void waitsAtLeastAsLongAsTheEndpointAsks() throws Exception {
        AtomicInteger count = new AtomicInteger();
        receiver.replies(got -> count.incrementAndGet() == 1 ? Receiver.Reply.of(429).with("Retry-After", "2") : Receiver.Reply.of(200));
        scene.endpoint(receiver.url("/"));

        scene.post("push", PUSH);
        awaitReceived(1);
        scene.post("push", PUSH.replace("3", "4"));

        awaitReceived(3);
        long first = receiver.received().get(0).nanos();
        assertThat(receiver.received().subList(1, 3)).as("nothing for this endpoint comes earlier")
                .allSatisfy(got -> assertThat(Duration.ofNanos(got.nanos() - first)).isGreaterThan(Duration.ofMillis(1_900)));
    }

    @Test
    void disablesAnEndpointThatIsGoneAndSendsWhatItMissedWhenItIsResumed() throws Exception {
        receiver.replies(got -> Receiver.Reply.of(410));
        String id = scene.endpoint(receiver.url("/")).path("id").asText();
        scene.post("push", PUSH);
        Awaitility.await().until(() -> scene.call("GET", "/api/endpoints/" + id, null).path("state").asText().equals("disabled"));
        scene.post("push", PUSH.replace("3", "4"));
        Awaitility.await().until(() -> scene.deliveries("endpoint=" + id).size() == 2);
        receiver.replies(got -> Receiver.Reply.of(200));

        assertThat(scene.call("POST", "/api/endpoints/" + id + "/resume", null).path("state").asText()).isEqualTo("active");

        Awaitility.await().until(() -> scene.deliveries("endpoint=" + id + "&state=succeeded").size() == 2);
        assertThat(receiver.received()).hasSize(3);
    }

    @Test
    void givesUpAnEndpointThatFailsForTooLong() throws Exception {
        receiver.replies(got -> Receiver.Reply.of(500));
        String id = scene.endpoint(receiver.url("/"), "\"retry\":\"600ms, 600ms\"").path("id").asText();

        scene.post("push", PUSH);

        Awaitility.await().until(() -> scene.call("GET", "/api/endpoints/" + id, null).path("state").asText().equals("disabled"));
        assertThat(scene.call("GET", "/api/endpoints/" + id, null).path("reason").asText()).contains("every attempt has failed").contains("HTTP 500");
    }

    @Test
    void aSlowEndpointDelaysNoOther() throws Exception {
        receiver.replies(got -> got.path().equals("/slow") ? Receiver.Reply.of(200).after(1_500) : Receiver.Reply.of(200));
        scene.endpoint(receiver.url("/slow"));
        scene.endpoint(receiver.url("/quick"));
        long begun = System.nanoTime();

        for (int i = 0; i < 40; i++) {
            scene.post("push", PUSH.replace("3", Integer.toString(i)));
        }

        Awaitility.await().until(() -> receiver.received().stream().filter(got -> got.path().equals("/quick")).count() == 40);
        assertThat(receiver.received().stream().filter(got -> got.path().equals("/slow")).count())
                .as("no more are on the way to one endpoint than may be").isLessThanOrEqualTo(16L * (1 + (System.nanoTime() - begun) / 1_500_000_000L));
    }

    @Test
    void keepsOrderWhereItIsAskedFor() throws Exception {
        AtomicInteger count = new AtomicInteger();
        receiver.replies(got -> Receiver.Reply.of(got.text().contains(":2}") && count.incrementAndGet() < 3 ? 503 : 200));
        String id = scene.endpoint(receiver.url("/"), "\"ordering\":\"strict\"").path("id").asText();

        for (int i = 0; i < 6; i++) {
            scene.post("push", PUSH.replace("3}", i + "}"));
        }

        Awaitility.await().until(() -> scene.deliveries("endpoint=" + id + "&state=succeeded").size() == 6);
        assertThat(receiver.received()).extracting(got -> got.text().replaceAll(".*\"size\":(\\d+)}", "$1"))
                .containsExactly("0", "1", "2", "2", "2", "3", "4", "5");
    }

    @Test
    void signsWithBothSecretsWhileTheyOverlap() throws Exception {
        JsonNode endpoint = scene.endpoint(receiver.url("/"));
        String old = endpoint.path("secret").asText();
        String fresh = scene.call("POST", "/api/endpoints/" + endpoint.path("id").asText() + "/rotate", "{}").path("secret").asText();

        scene.post("push", PUSH);

        awaitReceived(1);
        Receiver.Received got = receiver.received().get(0);
        assertThat(fresh).startsWith("whsec_").isNotEqualTo(old);
        got.verify(old);
        got.verify(fresh);
    }

    @Test
    void keepsSecretsSealedAndTellsThemOnce() throws Exception {
        JsonNode endpoint = scene.endpoint(receiver.url("/"), "\"headers\":{\"Authorization\":\"Bearer abcdef\"}");

        String kept = scene.hub().bean("store", Store.class).read(handle -> handle.createQuery(
                "SELECT group_concat(sealed) || (SELECT group_concat(headers) FROM delivery_endpoint) FROM delivery_key").mapTo(String.class).one());

        assertThat(kept).startsWith("v1.").doesNotContain("whsec_").doesNotContain("abcdef");
        assertThat(scene.call("GET", "/api/endpoints/" + endpoint.path("id").asText(), null).toString())
                .doesNotContain("whsec_").doesNotContain("abcdef").contains("Authorization");
    }

    @Test
    void refusesWhatCannotWork() throws Exception {
        assertThat(scene.call("POST", "/api/endpoints", "{}").path("code").asText()).isEqualTo("invalid-parameter");
        assertThat(refusal("\"url\":\"https://10.0.0.1/\"")).isEqualTo("endpoint-address-refused");
        assertThat(refusal("\"url\":\"https://u@example.com/\"")).isEqualTo("invalid-endpoint-url");
        assertThat(refusal("\"url\":\"https://example.com/\",\"secrets\":[\"short\"]")).isEqualTo("invalid-secret");
        assertThat(refusal("\"url\":\"https://example.com/\",\"filter\":{\"$what\":1}")).isEqualTo("invalid-parameter");
        assertThat(refusal("\"url\":\"https://example.com/\",\"signatures\":[\"md5\"]")).isEqualTo("invalid-parameter");
        for (String field : List.of("\"retry\":\"soon\"", "\"rate\":-1", "\"concurrency\":-1", "\"timeLimit\":\"1h\"", "\"head\":\"skip\"",
                "\"orderBy\":\"colour\"", "\"signer\":\"both\"")) {
            assertThat(refusal("\"url\":\"https://example.com/\"," + field)).as(field).isEqualTo("invalid-parameter");
        }
        assertThat(refusal("\"url\":\"https://example.com/\",\"headers\":{\"Webhook-Id\":\"x\"}")).isEqualTo("invalid-endpoint-header");
        assertThat(refusal("\"url\":\"https://example.com/\",\"headers\":{\"X-A\":\"b\\r\\nHost: c\"}")).isEqualTo("invalid-endpoint-header");
        assertThat(scene.call("GET", "/api/endpoints/ep_none", null).path("code").asText()).isEqualTo("no-such-endpoint");
        assertThat(scene.call("GET", "/api/deliveries/none", null).path("code").asText()).isEqualTo("no-such-delivery");
    }

    private static String refusal(String fields) throws Exception {
        return scene.call("POST", "/api/endpoints", "{" + fields + "}").path("code").asText();
    }
}
