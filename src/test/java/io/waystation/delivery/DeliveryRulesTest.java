package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.waystation.TlsPair;
import io.waystation.settings.Secret;
import io.waystation.settings.Settings;
import io.waystation.store.Meters;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What endpoints ask for one by one, and how those that fail are treated, through the packaged routes of the real hub. */
class DeliveryRulesTest {
    private static final Duration OVERLAP = Duration.ofSeconds(2);

    @TempDir
    static Path folder;
    private static DeliveryScene scene;
    private static TlsPair tls;
    private Receiver receiver;

    @BeforeAll
    static void start() throws Exception {
        tls = TlsPair.make(folder, "tls");
        scene = new DeliveryScene(folder.resolve("data"), "waystation.delivery.retry", "100ms x 50", "waystation.delivery.attempt-limit", "5s",
                "waystation.delivery.probe-every", "200ms", "waystation.delivery.probe-failures", "2", "waystation.delivery.park-after", "2",
                "waystation.delivery.breaker-pause", "300ms", "waystation.delivery.breaker-longest-pause", "600ms",
                "waystation.delivery.most-owed", "25", "waystation.delivery.secret-overlap", OVERLAP.toMillis() + "ms",
                "waystation.delivery.trusted-certificates", tls.writeCertificate(folder.resolve("tls.pem")).toString());
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

    private static String push(int number) {
        return "{\"repository\":{\"full_name\":\"acme/site\"},\"issue\":{\"id\":" + number % 3 + "},\"number\":" + number + "}";
    }

    private List<Integer> numbers() {
        return receiver.received().stream().filter(got -> got.method().equals("POST") && got.text().contains("\"number\""))
                .map(got -> Integer.valueOf(got.text().replaceAll(".*\"number\":(\\d+).*", "$1"))).toList();
    }

    private void awaitNumber(int number) {
        Awaitility.await().until(() -> numbers().contains(number));
    }

    private static double meter(String name, String... tags) {
        MeterRegistry meters = Meters.of(scene.hub().context());
        var found = meters.find(name).tags(tags).meter();
        return found == null ? 0 : found.measure().iterator().next().getValue();
    }

    @Test
    void deliversOverTlsToACertificateThatIsTrustedAndNotToAnother() throws Exception {
        try (Receiver secure = new Receiver(tls.context()); Receiver strange = new Receiver(TlsPair.make(folder, "other").context())) {
            JsonNode good = scene.endpoint(secure.url("/").replace("127.0.0.1", "localhost"), "\"retry\":\"none\"");
            String bad = scene.endpoint(strange.url("/"), "\"retry\":\"none\"").path("id").asText();

            scene.post("push", push(1));

            Awaitility.await().until(() -> secure.received().size() == 1);
            Receiver.Received got = secure.received().get(0);
            got.verify(good.path("secret").asText());
            Awaitility.await().until(() -> scene.deliveries("endpoint=" + bad + "&state=dead&reason=tls-error").size() == 1);
            assertThat(strange.received()).isEmpty();
        }
    }

    @Test
    void sendsNoMoreASecondThanAnEndpointAsksForAndSpendsNoAttemptOnIt() throws Exception {
        String id = scene.endpoint(receiver.url("/"), "\"rate\":5", "\"retry\":\"none\"").path("id").asText();

        for (int i = 0; i < 12; i++) {
            scene.post("push", push(i));
        }

        Awaitility.await().until(() -> scene.deliveries("endpoint=" + id + "&state=succeeded").size() == 12);
        List<Long> times = receiver.received().stream().map(Receiver.Received::nanos).sorted().toList();
        assertThat(Duration.ofNanos(times.get(11) - times.get(0))).as("eleven intervals of 200 ms").isGreaterThan(Duration.ofMillis(2_000));
        assertThat(scene.deliveries("endpoint=" + id + "&state=succeeded")).allSatisfy(each ->
                assertThat(each.path("attemptCount").asInt()).isEqualTo(1));
    }

    @Test
    void hasNoMoreOnTheWayThanAnEndpointAsksForAndWaitsAsLongAsItDoes() throws Exception {
        receiver.replies(got -> Receiver.Reply.of(200).after(300));
        scene.endpoint(receiver.url("/one"), "\"concurrency\":1");
        receiver.replies(got -> Receiver.Reply.of(200).after(got.path().equals("/slow") ? 2_000 : 300));
        String slow = scene.endpoint(receiver.url("/slow"), "\"timeLimit\":\"200ms\"", "\"retry\":\"none\"").path("id").asText();

        for (int i = 0; i < 4; i++) {
            scene.post("push", push(i));
        }

        Awaitility.await().until(() -> receiver.received().stream().filter(got -> got.path().equals("/one")).count() == 4);
        List<Long> times = receiver.received().stream().filter(got -> got.path().equals("/one")).map(Receiver.Received::nanos).sorted().toList();
        assertThat(IntStream.range(1, 4).mapToLong(i -> times.get(i) - times.get(i - 1))).allSatisfy(gap ->
                assertThat(Duration.ofNanos(gap)).isGreaterThan(Duration.ofMillis(290)));
        Awaitility.await().until(() -> scene.deliveries("endpoint=" + slow + "&state=dead&reason=timeout").size() >= 1);
    }

    @Test
    void leavesAFailingEndpointAloneAndLetsOneDeliveryTryIt() throws Exception {
        AtomicBoolean well = new AtomicBoolean();
        receiver.replies(got -> Receiver.Reply.of(well.get() ? 200 : 500));
        String id = scene.endpoint(receiver.url("/"), "\"retry\":\"10ms x 200\"").path("id").asText();

        for (int i = 0; i < 30; i++) {
            scene.post("push", push(i));
        }

        Awaitility.await().until(() -> meter("waystation.delivery.breakers", "state", "open") == 1);
        int before = receiver.received().size();
        assertThat(before).as("the breaker opens after five calls and those on the way").isLessThanOrEqualTo(5 + 16);
        Awaitility.await().until(() -> receiver.received().size() > before + 1);
        well.set(true);
        Awaitility.await().until(() -> scene.deliveries("endpoint=" + id + "&state=succeeded&limit=100").size() == 30);
        assertThat(meter("waystation.delivery.breakers", "state", "open")).isZero();
        assertThat(scene.deliveries("endpoint=" + id + "&state=succeeded&limit=100")).as("while it waits no attempt is spent")
                .allSatisfy(each -> assertThat(each.path("attemptCount").asInt()).isLessThan(12));
        assertThat(lanes().find(id)).isPresent();
        scene.call("DELETE", "/api/endpoints/" + id, null);
        assertThat(lanes().find(id)).as("the state of a removed endpoint leaves memory").isEmpty();
    }

    private static EndpointLanes lanes() {
        return scene.hub().bean("endpointLanes", EndpointLanes.class);
    }

    @Test
    void probesWithoutADeliveryAndSendsWhatWaitedWhenOneSucceeds() throws Exception {
        AtomicBoolean well = new AtomicBoolean();
        receiver.replies(got -> Receiver.Reply.of(well.get() || got.path().equals("/health") ? 200 : 503));
        JsonNode event = scene.endpoint(receiver.url("/event"), "\"probe\":\"event\"", "\"types\":[\"com.github.push\"]");
        String id = event.path("id").asText();
        Awaitility.await().until(() -> meter("waystation.delivery.breakers", "state", "open") == 1);

        scene.post("push", push(7));

        Awaitility.await().until(() -> scene.deliveries("endpoint=" + id + "&state=ready").size() == 1);
        assertThat(numbers()).as("nothing but probes goes out").isEmpty();
        well.set(true);
        awaitNumber(7);
        Awaitility.await().until(() -> scene.deliveries("endpoint=" + id + "&state=succeeded").size() == 1);
        assertThat(scene.call("GET", "/api/deliveries?endpoint=" + id, null).path("deliveries")).hasSize(1);
        Receiver.Received probe = receiver.received().get(0);
        assertThat(probe.header("ce-type")).isEqualTo("waystation.probe");
        probe.verify(event.path("secret").asText());
    }

    @Test
    void asksTheHealthCheckOfAnEndpoint() throws Exception {
        scene.endpoint(receiver.url("/hook"), "\"probe\":\"" + receiver.url("/health") + "\"");

        Awaitility.await().until(() -> receiver.received().stream().anyMatch(got -> (got.method() + got.path()).equals("GET/health")));
        assertThat(scene.call("POST", "/api/endpoints", "{\"url\":\"https://example.com/\",\"probe\":\"http://10.0.0.1/\"}").path("code").asText())
                .as("a health check goes nowhere a delivery may not go").isEqualTo("endpoint-address-refused");
    }

    @Test
    void parksADeliveryThatOthersWaitForWhereTheEndpointAsksForIt() throws Exception {
        receiver.replies(got -> Receiver.Reply.of(got.text().contains("\"number\":1}") ? 500 : 200));
        String id = scene.endpoint(receiver.url("/"), "\"ordering\":\"strict\"", "\"head\":\"park\"").path("id").asText();

        for (int i = 0; i < 4; i++) {
            scene.post("push", push(i));
        }

        awaitNumber(3);
        assertThat(numbers()).containsExactly(0, 1, 1, 2, 3);
        Awaitility.await().until(() -> scene.deliveries("endpoint=" + id + "&state=dead").size() == 1);
        assertThat(scene.deliveries("endpoint=" + id + "&state=dead").get(0).path("reason").asText()).contains("HTTP 500").contains("parked");
    }

    @Test
    void givesUpTheOldestOfWhatAStoppedEndpointIsOwedAboveTheBound() throws Exception {
        String id = scene.endpoint(receiver.url("/")).path("id").asText();
        scene.call("POST", "/api/endpoints/" + id + "/pause", "{}");
        String pulls = scene.call("POST", "/api/endpoints", "{\"pull\":true}").path("id").asText();
        for (int i = 0; i < 28; i++) {
            scene.post("push", push(i));
        }
        Awaitility.await().until(() -> scene.deliveries("endpoint=" + id + "&limit=100").size() == 28);
        Awaitility.await().until(() -> scene.deliveries("endpoint=" + pulls + "&limit=100").size() == 28);

        scene.hub().bean("deliveryWatch", DeliveryWatch.class).look();

        assertThat(scene.deliveries("endpoint=" + pulls + "&state=cancelled")).as("one that pulls").hasSize(3);
        assertThat(scene.deliveries("endpoint=" + id + "&state=cancelled")).hasSize(3).allSatisfy(each ->
                assertThat(each.path("reason").asText()).contains("more than 25 deliveries were owed"));
        scene.call("POST", "/api/endpoints/" + id + "/resume", "{}");
        awaitNumber(27);
        Awaitility.await().until(() -> numbers().size() == 25);
        assertThat(numbers()).as("the oldest are given up").doesNotContain(0, 1, 2);
    }

    @Test
    void refusesPausesOfTheBreakerThatItCannotKeep() throws Exception {
        Properties packaged = new Properties();
        try (InputStream file = getClass().getResourceAsStream("/application.properties")) {
            packaged.load(file);
        }
        Map<String, String> values = new HashMap<>();
        packaged.forEach((key, value) -> values.put((String) key, (String) value));
        assertThat(DeliverySettings.from(Settings.of(values)).breaker().pause()).isEqualTo(Duration.ofSeconds(1));

        values.put("waystation.delivery.breaker-longest-pause", "500ms");
        assertThatThrownBy(() -> DeliverySettings.from(Settings.of(values))).hasMessageContaining("waystation.delivery.breaker-longest-pause");
        values.put("waystation.delivery.breaker-pause", "5ms");
        assertThatThrownBy(() -> DeliverySettings.from(Settings.of(values))).hasMessageContaining("must be at least 10ms");
    }

    @Test
    void ordersByWhatTheEndpointNames() throws Exception {
        Set<Integer> failed = ConcurrentHashMap.newKeySet();
        receiver.replies(got -> {
            int number = Integer.parseInt(got.text().replaceAll(".*\"number\":(\\d+).*", "$1"));
            return Receiver.Reply.of(number == 1 && failed.add(1) ? 500 : 200);
        });
        String id = scene.endpoint(receiver.url("/"), "\"ordering\":\"per-key\"", "\"orderBy\":\"/issue/id\"", "\"retry\":\"1500ms\"").path("id").asText();

        for (int i = 0; i < 6; i++) {
            scene.post("push", push(i));
        }

        Awaitility.await().until(() -> scene.deliveries("endpoint=" + id + "&state=succeeded").size() == 6);
        assertThat(numbers().stream().filter(number -> number % 3 == 1).toList()).as("those of issue 1").containsExactly(1, 1, 4);
        assertThat(numbers().indexOf(4)).as("others did not wait for issue 1").isGreaterThan(numbers().indexOf(5));
    }

    /** An endpoint whose receiver accepts a key once it was told it, and forgets the old one when its overlap has ended. */
    private record Rotating(String id, String style, String old, String fresh, Set<String> accepted) {
    }

    @Test
    void aSecretIsRotatedWithoutAFailedDeliveryInEveryStyle() throws Exception {
        Map<String, Rotating> rotating = new ConcurrentHashMap<>();
        List<String> refused = new CopyOnWriteArrayList<>();
        receiver.replies(got -> {
            Rotating at = rotating.get(got.path());
            boolean genuine = at.accepted().stream().anyMatch(key -> isSigned(SignatureStyle.of(at.style()), key, got));
            if (!genuine) {
                refused.add(got.path() + " " + got.text());
            }
            return Receiver.Reply.of(genuine ? 200 : 401);
        });
        for (SignatureStyle style : SignatureStyle.values()) {
            for (String signer : List.of("newest", "oldest")) {
                String path = "/" + style.text() + "/" + signer;
                JsonNode endpoint = scene.endpoint(receiver.url(path), "\"signatures\":[\"" + style.text() + "\"]",
                        "\"signer\":\"" + signer + "\"", "\"retry\":\"none\"");
                String fresh = "whsec_" + Base64.getEncoder().encodeToString((path + " has this as its next secret").getBytes(StandardCharsets.UTF_8));
                Set<String> accepted = ConcurrentHashMap.newKeySet();
                accepted.add(endpoint.path("secret").asText());
                rotating.put(path, new Rotating(endpoint.path("id").asText(), style.text(), endpoint.path("secret").asText(), fresh, accepted));
            }
        }

        deliver(rotating, 1);
        rotating.forEach((path, each) -> {
            if (path.endsWith("newest") && !path.startsWith("/st")) {
                each.accepted().add(each.fresh()); // one signature fits: the receiver is told first
            }
        });
        for (Rotating each : rotating.values()) {
            scene.call("POST", "/api/endpoints/" + each.id() + "/rotate", "{\"secret\":\"" + each.fresh() + "\"}");
        }
        deliver(rotating, 2);
        rotating.values().forEach(each -> each.accepted().add(each.fresh())); // everywhere else: any time before the overlap ends
        for (Rotating each : rotating.values()) {
            Awaitility.await().until(() -> scene.call("GET", "/api/endpoints/" + each.id(), null).path("secrets").asInt() == 1);
            each.accepted().remove(each.old());
        }
        deliver(rotating, 3);

        assertThat(refused).isEmpty();
        assertThat(receiver.received()).hasSize(3 * 2 * SignatureStyle.values().length);
    }

    private void deliver(Map<String, Rotating> rotating, int number) throws Exception {
        scene.post("push", push(number));
        for (Rotating each : rotating.values()) {
            awaitDeliveries(each.id(), number);
        }
    }

    private static void awaitDeliveries(String id, int count) {
        Awaitility.await().until(() -> scene.deliveries("endpoint=" + id + "&state=succeeded").size()
                + scene.deliveries("endpoint=" + id + "&state=dead").size() == count);
    }

    private static boolean isSigned(SignatureStyle style, String key, Receiver.Received got) {
        SigningKey signing = new SigningKey(Secret.of(key), null);
        String body = got.text();
        return switch (style) {
            case GITHUB -> got.header("x-hub-signature-256").equals("sha256=" + signing.hex(new byte[0], got.body()));
            case SLACK -> got.header("x-slack-signature").equals("v0=" + signing.hex(ascii("v0:" + got.header("x-slack-request-timestamp") + ":"), got.body()));
            case EDGE -> got.header("x-webhook-signature").equals("sha256=" + signing.hex(ascii(got.header("x-webhook-timestamp") + "."), got.body()));
            case STRIPE -> List.of(got.header("stripe-signature").split(",")).contains("v1=" + signing.hex(
                    ascii(got.header("stripe-signature").replaceAll("t=(\\d+),.*", "$1") + "."), got.body()));
            case STANDARD_WEBHOOKS -> List.of(got.header("webhook-signature").split(" ")).contains(
                    signing.standardSignature(ascii(got.header("webhook-id") + "." + got.header("webhook-timestamp") + "."), body.getBytes(StandardCharsets.UTF_8)));
        };
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
