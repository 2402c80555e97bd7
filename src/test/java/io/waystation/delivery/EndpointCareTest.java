package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.net.ssl.SSLParameters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.waystation.HubHome;
import io.waystation.TlsPair;
import io.waystation.store.Store;
import io.waystation.work.ItemState;
import io.waystation.work.WorkFilter;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looking after endpoints and deliveries: editing, testing, replaying, keys, and bodies that a route makes. */
class EndpointCareTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;
    private static DeliveryScene scene;
    private static TlsPair server;
    private static TlsPair client;
    private Receiver receiver;

    @BeforeAll
    static void start() throws Exception {
        server = TlsPair.make(folder, "receiver");
        client = TlsPair.make(folder, "hub");
        HubHome home = HubHome.in(folder);
        Path routes = home.path().resolve("routes/deliveries.camel.yaml");
        String yaml = Files.readString(routes);
        int step = yaml.indexOf("        - log:\n            id: delivery-as-it-came");
        assertThat(step).isPositive();
        Files.writeString(routes, yaml.substring(0, step) + documentedStep() + yaml.substring(step));
        scene = new DeliveryScene(folder.resolve("data"), Optional.of(home.path()), "waystation.delivery.trusted-certificates",
                server.writeCertificate(folder.resolve("receiver.pem")).toString());
    }

    private static String documentedStep() throws IOException {
        String page = Files.readString(Path.of("docs/delivery.md"));
        int from = page.indexOf("```yaml\n        - choice:");
        return page.substring(from + "```yaml\n".length(), page.indexOf("```", from + 3));
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

    @Test
    void changesWhatIsGivenAndLeavesTheRest() throws Exception {
        try (Receiver moved = new Receiver()) {
            receiver.replies(got -> Receiver.Reply.of(500));
            JsonNode endpoint = scene.endpoint(receiver.url("/"), "\"name\":\"before\"", "\"types\":[\"com.github.push\"]",
                    "\"authentication\":{\"user\":\"u\",\"password\":\"p:q\"}", "\"retry\":\"1h\"");
            String path = "/api/endpoints/" + endpoint.path("id").asText();
            scene.post("push", "{\"n\":1}");
            Awaitility.await().until(() -> receiver.received().size() == 1);
            assertThat(receiver.received().get(0).header("authorization"))
                    .isEqualTo("Basic " + Base64.getEncoder().encodeToString("u:p:q".getBytes(StandardCharsets.UTF_8)));

            JsonNode edited = scene.call("PATCH", path, "{\"url\":\"" + moved.url("/new") + "\",\"authentication\":{\"bearer\":\"tok\"},"
                    + "\"retry\":null,\"rate\":50,\"group\":\"bern\",\"whenDown\":\"hold\"}");

            assertThat(edited.path("status").asInt()).as(edited.toString()).isEqualTo(200);
            assertThat(edited.path("name").asText()).isEqualTo("before");
            assertThat(edited.path("types").get(0).asText()).isEqualTo("com.github.push");
            assertThat(edited.path("retry").isNull()).isTrue();
            scene.post("push", "{\"n\":2}");
            Awaitility.await().until(() -> moved.received().size() == 1);
            Receiver.Received got = moved.received().get(0);
            assertThat(got.header("authorization")).isEqualTo("Bearer tok");
            got.verify(endpoint.path("secret").asText());
            assertThat(scene.call("PATCH", path, "{\"url\":\"https://10.0.0.1/\"}").path("code").asText()).isEqualTo("endpoint-address-refused");
            assertThat(scene.call("PATCH", path, "{\"ordering\":\"alphabetical\"}").path("code").asText()).isEqualTo("invalid-parameter");
            assertThat(scene.call("PATCH", path, "{\"secrets\":[\"x\"]}").path("code").asText()).isEqualTo("invalid-parameter");
            assertThat(scene.call("PATCH", "/api/endpoints/ep_none", "{}").path("code").asText()).isEqualTo("no-such-endpoint");
            assertThat(scene.call("PATCH", path, "{\"concurrency\":\"many\"}").path("code").asText()).isEqualTo("invalid-parameter");
            assertThat(scene.call("PATCH", path, "{\"chanels\":[\"shop\"]}").path("code").asText()).isEqualTo("unknown-field");
            assertThat(scene.call("POST", "/api/endpoints", "{\"pull\":true,\"chanels\":[\"shop\"]}").path("code").asText()).isEqualTo("unknown-field");
            assertThat(scene.call("POST", "/api/deliveries/replay", "{\"endpiont\":\"x\"}").path("code").asText()).isEqualTo("unknown-field");
            scene.call("PATCH", path, "{\"ordering\":\"strict\",\"whenDown\":\"pull\"}");
            JsonNode usual = scene.call("PATCH", path, "{\"ordering\":null,\"whenDown\":null,\"name\":null}");
            assertThat(List.of(usual.path("ordering").asText(), usual.path("whenDown").asText(), usual.path("name").asText()))
                    .as("as if never given").containsExactly("none", "hold", moved.url("/new"));
            assertThat(scene.call("GET", path, null).path("owed").asInt()).as("the first, which waits an hour").isEqualTo(1);
        }
    }

    @Test
    void sendsASignedTestAndAnswersWithWhatCameBack() throws Exception {
        JsonNode endpoint = scene.endpoint(receiver.url("/"), "\"channels\":[\"none\"]");
        String path = "/api/endpoints/" + endpoint.path("id").asText() + "/test";

        JsonNode good = scene.call("POST", path, "{}");
        receiver.replies(got -> Receiver.Reply.of(403));
        JsonNode bad = scene.call("POST", path, "{}");

        assertThat(good.path("ok").asBoolean()).isTrue();
        assertThat(good.path("snippet").asText()).isEqualTo("answer 200");
        Receiver.Received got = receiver.received().get(0);
        got.verify(endpoint.path("secret").asText());
        assertThat(got.header("ce-type")).isEqualTo("io.waystation.test");
        assertThat(got.header("webhook-id")).isEqualTo(good.path("webhookId").asText());
        assertThat(bad.path("ok").asBoolean()).isFalse();
        assertThat(bad.path("detail").asText()).isEqualTo("HTTP 403");
        assertThat(scene.deliveries("endpoint=" + endpoint.path("id").asText())).as("no event was spent").isEmpty();
    }

    @Test
    void showsItsCertificateToAnEndpointThatAsksForOne() throws Exception {
        List<String> peers = new CopyOnWriteArrayList<>();
        HttpsServer tls = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        tls.setHttpsConfigurator(new HttpsConfigurator(server.trusting(client)) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters required = getSSLContext().getDefaultSSLParameters();
                required.setNeedClientAuth(true);
                parameters.setSSLParameters(required);
            }
        });
        tls.createContext("/", exchange -> {
            peers.add(((HttpsExchange) exchange).getSSLSession().getPeerPrincipal().getName());
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        tls.start();
        try {
            String url = "https://127.0.0.1:" + tls.getAddress().getPort() + "/";
            String pem = JSON.writeValueAsString(client.certificate() + client.key());
            String without = scene.endpoint(url, "\"retry\":\"none\"").path("id").asText();
            JsonNode with = scene.endpoint(url, "\"certificate\":" + pem);

            scene.post("push", "{}");

            scene.awaitState(with.path("id").asText(), "succeeded", 1);
            scene.awaitState(without, "dead", 1);
            assertThat(peers).containsExactly("CN=hub");
            assertThat(with.path("certificate").path("subject").asText()).isEqualTo("CN=hub");
            assertThat(with.toString()).doesNotContain("BEGIN PRIVATE KEY");
            String kept = scene.hub().bean("store", Store.class).read(handle -> handle.createQuery(
                    "SELECT group_concat(certificate) FROM delivery_endpoint").mapTo(String.class).one());
            assertThat(kept).startsWith("v1.").doesNotContain("CERTIFICATE");
            String mixed = JSON.writeValueAsString(server.certificate() + client.key());
            assertThat(scene.call("POST", "/api/endpoints", "{\"url\":\"" + url + "\",\"certificate\":" + mixed + "}").path("detail").asText())
                    .contains("is not that of the first certificate");
        } finally {
            tls.stop(0);
        }
    }

    @Test
    void sendsARangeAgainAlsoOfWhatWasDeliveredAtARateAsAnOperation() throws Exception {
        String id = scene.endpoint(receiver.url("/"), "\"ordering\":\"strict\"").path("id").asText();
        for (int i = 0; i < 6; i++) {
            scene.post("push", "{\"n\":" + i + "}");
        }
        scene.awaitState(id, "succeeded", 6);
        JsonNode made = scene.deliveries("endpoint=" + id);
        JsonNode page = scene.call("GET", "/api/deliveries?state=succeeded&limit=4&endpoint=" + id, null);
        JsonNode rest = scene.call("GET", "/api/deliveries?state=succeeded&limit=4&endpoint=" + id + "&before=" + page.path("next").asText(), null);
        assertThat(page.path("deliveries")).hasSize(4);
        assertThat(rest.path("deliveries")).extracting(each -> each.path("id").asText())
                .containsExactly(made.get(4).path("id").asText(), made.get(5).path("id").asText());
        assertThat(rest.path("next").isNull()).isTrue();
        String range = "\"endpoint\":\"" + id + "\",\"states\":[\"succeeded\"],\"from\":" + made.get(4).path("position").asLong() + ",\"to\":"
                + made.get(1).path("position").asLong();

        JsonNode dry = scene.call("POST", "/api/deliveries/replay", "{" + range + ",\"dryRun\":true}");
        assertThat(dry.path("found").asInt()).isEqualTo(4);
        assertThat(scene.call("POST", "/api/deliveries/replay", "{" + range + ",\"dryRun\":true,\"type\":\"com.github.p*\"}").path("found").asInt())
                .isEqualTo(4);
        assertThat(scene.call("POST", "/api/deliveries/replay", "{" + range + ",\"dryRun\":true,\"type\":\"com.gitlab.*\"}").path("found").asInt())
                .isZero();
        long begun = System.nanoTime();
        JsonNode started = scene.call("POST", "/api/deliveries/replay", "{" + range + ",\"rate\":4}");

        assertThat(scene.deliveries("endpoint=" + id + "&type=*.push")).hasSize(6);
        assertThat(scene.deliveries("endpoint=" + id + "&type=*.issues")).isEmpty();
        assertThat(started.path("status").asInt()).isEqualTo(202);
        Awaitility.await().until(() -> receiver.received().size() == 10);
        assertThat(System.nanoTime() - begun).as("no faster than asked for").isGreaterThan(700_000_000L);
        assertThat(receiver.received().subList(6, 10)).extracting(Receiver.Received::text)
                .containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "{\"n\":4}");
        assertThat(receiver.received().get(6).header("webhook-id")).isEqualTo(receiver.received().get(1).header("webhook-id"));
        String path = "/api/operations/" + started.path("operation").asText();
        Awaitility.await().until(() -> scene.call("GET", path, null).path("state").asText().equals("succeeded"));
        assertThat(scene.call("GET", path, null).path("result").path("replayed").asInt()).isEqualTo(4);
        assertThat(scene.call("GET", path, null).path("kind").asText()).isEqualTo("delivery-replay");
        String one = made.get(0).path("id").asText();
        assertThat(scene.call("POST", "/api/deliveries/" + one + "/replay", "{}").path("code").asText()).isEqualTo("delivery-not-replayable");
        assertThat(scene.call("POST", "/api/deliveries/" + one + "/replay", "{\"delivered\":true}").path("status").asInt()).isEqualTo(202);
        Awaitility.await().until(() -> receiver.received().size() == 11);
    }

    @Test
    void sendsOnceWhatTwoReplaysHaveFound() throws Exception {
        String id = scene.endpoint(receiver.url("/")).path("id").asText();
        scene.post("push", "{}");
        scene.awaitState(id, "succeeded", 1);
        Replays replays = scene.hub().bean("deliveryReplays", Replays.class);
        List<Replays.Found> found = replays.find(new Replays.Which(Set.of(ItemState.SUCCEEDED), null, null, null,
                new WorkFilter.More(id, null, null, null, null)));

        assertThat(replays.start(found, 0, "once", Map.of()).done().join()).isEqualTo(1);
        Awaitility.await().until(() -> receiver.received().size() == 2);
        scene.awaitState(id, "succeeded", 1);

        assertThat(replays.start(found, 0, "again", Map.of()).done().join()).as("it has changed since").isZero();
        assertThat(receiver.received()).hasSize(2);
    }

    @Test
    void sealsEverythingAgainWithANewKey() throws Exception {
        JsonNode endpoint = scene.endpoint(receiver.url("/"), "\"headers\":{\"X-Secret\":\"abc\"}",
                "\"certificate\":" + JSON.writeValueAsString(client.certificate() + client.key()));
        String sql = "SELECT sealed FROM delivery_key UNION ALL SELECT headers FROM delivery_endpoint UNION ALL SELECT certificate FROM delivery_endpoint";
        Store store = scene.hub().bean("store", Store.class);
        List<String> before = store.read(handle -> handle.createQuery(sql).mapTo(String.class).list());

        JsonNode rotated = scene.call("POST", "/api/keys/rotate", "{}");

        String key = rotated.path("key").asText();
        assertThat(rotated.path("resealed").asInt()).isEqualTo(3);
        assertThat(before).hasSize(3).noneMatch(sealed -> sealed.startsWith("v1." + key));
        List<String> after = store.read(handle -> handle.createQuery(sql).mapTo(String.class).list());
        assertThat(after).hasSize(3)
                .allMatch(sealed -> sealed.startsWith("v1." + key));
        scene.post("push", "{}");
        Awaitility.await().until(() -> receiver.received().size() == 1);
        assertThat(receiver.received().get(0).header("x-secret")).isEqualTo("abc");
        receiver.received().get(0).verify(endpoint.path("secret").asText());
    }

    @Test
    void sendsTheBodyThatARouteMadeSignedAndToPullersToo() throws Exception {
        JsonNode chat = scene.endpoint(receiver.url("/"), "\"name\":\"chat\"", "\"types\":[\"com.github.release.*\",\"com.github.push\"]");
        scene.post("push", "{\"ref\":\"refs/heads/main\",\"repository\":{\"full_name\":\"acme/site\"}}");

        Awaitility.await().until(() -> receiver.received().size() == 1);

        Receiver.Received got = receiver.received().get(0);
        assertThat(JSON.readTree(got.text())).isEqualTo(JSON.readTree("{\"text\":\"acme/site: refs/heads/main\"}"));
        assertThat(got.header("content-type")).isEqualTo("application/json");
        got.verify(chat.path("secret").asText());
    }
}
