package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.standardwebhooks.Webhook;
import io.micrometer.core.instrument.Counter;
import io.waystation.store.Meters;
import io.waystation.store.StoreException;
import org.apache.camel.builder.AdviceWith;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Endpoints that pull what they are owed, and groups of endpoints that are all down. */
class EdgePullTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    static Path folder;
    private static DeliveryScene scene;

    @BeforeAll
    static void start() throws Exception {
        scene = new DeliveryScene(folder.resolve("data"), "waystation.edge.check", "static", "waystation.edge.tokens", "bern=literal:token-of-bern",
                "waystation.edge.pull-window", "5", "waystation.edge.pull-stall-timeout", "2s", "waystation.edge.lease", "3s",
                "waystation.delivery.group-down-after", "1s", "waystation.delivery.probe-every", "1s", "waystation.delivery.retry", "1s, 1s, 1s, 1m");
    }

    @AfterAll
    static void stop() {
        scene.close();
    }

    @AfterEach
    void removeEndpoints() throws Exception {
        scene.removeEndpoints();
    }

    private static JsonNode register(String fields) throws Exception {
        JsonNode answer = scene.call("POST", "/api/endpoints", "{" + fields + "}");
        assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(201);
        return answer;
    }

    @Test
    void handsOutWhatIsOwedSignedUntilItIsAcknowledged() throws Exception {
        JsonNode endpoint = register("\"pull\":true,\"name\":\"behind NAT\",\"types\":[\"com.github.push\"],\"ordering\":\"strict\"");
        scene.post("push", "{\"n\":1}");
        scene.post("issues", "{\"n\":0}");
        try (PullingWorker worker = PullingWorker.follow(scene, endpoint, null)) {
            scene.post("push", "{\"n\":2}");
            worker.awaitPulled(2);
            assertThat(worker.pulled()).extracting(PullingWorker.Pulled::text).containsExactly("{\"n\":1}", "{\"n\":2}");
            for (PullingWorker.Pulled each : worker.pulled()) {
                new Webhook(endpoint.path("secret").asText()).verify(each.text(), each.headers());
            }
            assertThat(PullingWorker.acknowledge(scene, endpoint, 1).path("acknowledged").asInt()).isEqualTo(1);
        }
        scene.awaitState(endpoint.path("id").asText(), "succeeded", 1);
        scene.post("push", "{\"n\":3}");

        try (PullingWorker again = PullingWorker.follow(scene, endpoint, null)) {
            again.awaitPulled(2);
            assertThat(again.pulled()).extracting(PullingWorker.Pulled::position).containsExactly(2L, 3L);
            assertThat(again.pulled().get(0).text()).as("not acknowledged").isEqualTo("{\"n\":2}");
        }
        try (PullingWorker resumed = PullingWorker.follow(scene, endpoint, "2")) {
            resumed.awaitPulled(1);
            assertThat(resumed.pulled().get(0).text()).isEqualTo("{\"n\":3}");
        }
        assertThat(PullingWorker.acknowledge(scene, endpoint, 3).path("acknowledged").asInt()).isEqualTo(2);
        scene.awaitState(endpoint.path("id").asText(), "succeeded", 3);
        JsonNode delivery = scene.call("GET", "/api/deliveries/" + scene.deliveries("endpoint=" + endpoint.path("id").asText()).get(0)
                .path("id").asText(), null);
        assertThat(delivery.path("attempts").get(0).path("detail").asText()).isEqualTo("pulled by the endpoint and acknowledged at position 3");
    }

    @Test
    void whatIsCancelledIsHandedOutNoMoreAndComesBehindTheOthersWhenItIsReplayed() throws Exception {
        JsonNode endpoint = register("\"pull\":true,\"types\":[\"com.github.push\"]");
        for (int i = 1; i <= 3; i++) {
            scene.post("push", "{\"n\":" + i + "}");
        }
        try (PullingWorker worker = PullingWorker.follow(scene, endpoint, null)) {
            worker.awaitPulled(3);
        }
        JsonNode second = scene.deliveries("endpoint=" + endpoint.path("id").asText()).get(1);
        JsonNode cancelled = scene.call("POST", "/api/work/items/" + second.path("position").asText() + "/cancel", "{}");
        assertThat(cancelled.path("status").asInt()).as(cancelled.toString()).isEqualTo(202);

        try (PullingWorker again = PullingWorker.follow(scene, endpoint, null)) {
            again.awaitPulled(2);
            assertThat(again.pulled()).extracting(PullingWorker.Pulled::position).containsExactly(1L, 3L);
            scene.call("POST", "/api/deliveries/" + second.path("id").asText() + "/replay", "{}");
            again.awaitPulled(3);
            assertThat(again.pulled().get(2).position()).isEqualTo(4);
            assertThat(again.pulled().get(2).text()).isEqualTo("{\"n\":2}");
        }
        assertThat(PullingWorker.acknowledge(scene, endpoint, 3).path("acknowledged").asInt()).isEqualTo(2);
        assertThat(PullingWorker.acknowledge(scene, endpoint, 4).path("acknowledged").asInt()).isEqualTo(1);
    }

    @Test
    void whatIsReplayedBeforeItsStreamComesBackIsHandedOutAgain() throws Exception {
        JsonNode endpoint = register("\"pull\":true,\"types\":[\"com.github.push\"]");
        scene.post("push", "{\"n\":1}");
        scene.post("push", "{\"n\":2}");
        try (PullingWorker worker = PullingWorker.follow(scene, endpoint, null)) {
            worker.awaitPulled(2);
            JsonNode first = scene.deliveries("endpoint=" + endpoint.path("id").asText()).get(1);
            String item = first.path("position").asText();
            assertThat(scene.call("POST", "/api/work/items/" + item + "/cancel", "{}").path("status").asInt()).isEqualTo(202);
            assertThat(scene.call("POST", "/api/work/items/" + item + "/replay", "{}").path("status").asInt()).isEqualTo(202);

            worker.awaitPulled(3);
            assertThat(worker.pulled().get(2).text()).isEqualTo("{\"n\":1}");
            assertThat(worker.pulled().get(2).position()).isEqualTo(3);
        }
    }

    @Test
    void refusesWhoDoesNotKnowTheSecretAndPositionsThatWereNotHandedOut() throws Exception {
        JsonNode endpoint = register("\"pull\":true");
        JsonNode other = register("\"pull\":true");
        String path = "/edge/" + endpoint.path("id").asText() + "/events";

        assertThatThrownBy(() -> new PullingWorker(scene.hub().uri(path), other.path("secret").asText(), null)).hasMessageContaining("HTTP 401");
        assertThat(PullingWorker.call(scene, "POST", path, "whsec_wrong", "{\"position\":1}").path("status").asInt()).isEqualTo(401);
        assertThat(PullingWorker.acknowledge(scene, endpoint, 1).path("code").asText()).isEqualTo("position-not-handed-out");
        assertThat(PullingWorker.call(scene, "POST", path, endpoint.path("secret").asText(), "{\"position\":\"x\"}").path("code").asText()).isEqualTo("invalid-parameter");
    }

    @Test
    void keepsNoMoreOutThanTheWindowAndBringsARepeatedDeliveryBehindTheOthers() throws Exception {
        JsonNode endpoint = register("\"pull\":true,\"ordering\":\"strict\"");
        for (int i = 1; i <= 8; i++) {
            scene.post("push", "{\"n\":" + i + "}");
        }
        scene.awaitState(endpoint.path("id").asText(), "ready", 8);
        try (PullingWorker worker = PullingWorker.follow(scene, endpoint, null)) {
            worker.awaitPulled(5);
            PullingWorker.acknowledge(scene, endpoint, 3);
            worker.awaitPulled(8);
            PullingWorker.acknowledge(scene, endpoint, 8);
            scene.awaitState(endpoint.path("id").asText(), "succeeded", 8);
            assertThat(worker.pulled()).extracting(PullingWorker.Pulled::position)
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 8).mapToObj(Long::valueOf).toList());
        }
    }

    @Test
    void handsOutNothingBeforeWhatIsBeingSentOtherwise() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (Receiver receiver = new Receiver().replies(got -> failWhenTold(answer))) {
            JsonNode endpoint = scene.endpoint(receiver.url("/"), "\"ordering\":\"strict\"");
            try (PullingWorker worker = PullingWorker.follow(scene, endpoint, null)) {
                scene.post("push", "{\"n\":1}");
                scene.post("push", "{\"n\":2}");
                worker.awaitPulled(2);
            }
            Awaitility.await().until(() -> receiver.received().size() == 1);

            try (PullingWorker again = PullingWorker.follow(scene, endpoint, null)) {
                EdgeStreams streams = scene.hub().bean("edgeStreams", EdgeStreams.class);
                assertThat(streams.read(endpoint.path("id").asText(), 0).get().frames()).as("the first is on its way").isEmpty();
                answer.countDown();
                again.awaitPulled(2);
                assertThat(again.pulled()).extracting(PullingWorker.Pulled::text).containsExactly("{\"n\":1}", "{\"n\":2}");
                assertThat(PullingWorker.acknowledge(scene, endpoint, 2).path("acknowledged").asInt()).isEqualTo(2);
            }
            scene.awaitState(endpoint.path("id").asText(), "succeeded", 2);
            assertThat(receiver.received()).hasSize(1);
        }
    }

    private static Receiver.Reply failWhenTold(CountDownLatch told) {
        try {
            told.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Receiver.Reply.of(500);
    }

    @Test
    void looksAgainWhenTheStoreIsTooBusyToHandADeliveryOut() throws Exception {
        JsonNode endpoint = register("\"pull\":true");
        AtomicInteger busy = new AtomicInteger(3);
        AdviceWith.adviceWith(scene.hub().context(), "delivery-body", route -> route.weaveAddFirst().process(exchange -> {
            if (busy.getAndDecrement() > 0) {
                throw new StoreException(StoreException.Code.BUSY, "20000 works wait for the store", null);
            }
        }));
        scene.post("push", "{\"n\":1}");
        scene.post("push", "{\"n\":2}");

        try (PullingWorker worker = PullingWorker.follow(scene, endpoint, null)) {
            worker.awaitPulled(2);
            assertThat(worker.pulled()).extracting(PullingWorker.Pulled::position).containsExactly(1L, 2L);
        }
        assertThat(busy.get()).isNegative();
        assertThat(scene.deliveries("endpoint=" + endpoint.path("id").asText() + "&state=dead")).isEmpty();
    }

    @Test
    void sendsNothingToAnEndpointWhileItPullsAndGoesOnAfterwards() throws Exception {
        try (Receiver receiver = new Receiver()) {
            JsonNode endpoint = scene.endpoint(receiver.url("/"));
            try (PullingWorker worker = PullingWorker.follow(scene, endpoint, null); PullingWorker newer = PullingWorker.follow(scene, endpoint, null)) {
                Awaitility.await().until(worker::isEnded);
                scene.post("push", "{\"pulled\":1}");
                newer.awaitPulled(1);
                assertThat(worker.pulled()).isEmpty();
                assertThat(receiver.received()).isEmpty();
                PullingWorker.acknowledge(scene, endpoint, 1);
            }
            scene.post("push", "{\"sent\":2}");

            Awaitility.await().untilAsserted(() -> assertThat(receiver.received()).extracting(Receiver.Received::text)
                    .containsExactly("{\"sent\":2}"));
        }
    }

    @Test
    void cutsAWorkerThatTakesNothingAndLosesNothingAlsoWhenItAcknowledgesWhatItWasNotHanded() throws Exception {
        JsonNode endpoint = register("\"pull\":true");
        String body = "{\"x\":\"" + "x".repeat(900_000) + "\"}";
        for (int i = 0; i < 5; i++) {
            scene.post("push", body);
        }
        scene.awaitState(endpoint.path("id").asText(), "ready", 5);
        try (Socket stuck = new Socket()) {
            stuck.setReceiveBufferSize(4_096);
            stuck.connect(new InetSocketAddress("127.0.0.1", scene.hub().uri("/").getPort()));
            stuck.getOutputStream().write(("GET /edge/" + endpoint.path("id").asText() + "/events HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer "
                    + endpoint.path("secret").asText() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            stuck.setSoTimeout(60_000);
            EdgeStreams streams = scene.hub().bean("edgeStreams", EdgeStreams.class);
            Awaitility.await().until(() -> streams.isOpen(endpoint.path("id").asText()));
            Awaitility.await().until(() -> !streams.isOpen(endpoint.path("id").asText()));
        }
        assertThat(PullingWorker.acknowledge(scene, endpoint, 5).path("code").asText()).as("its stream did not get there").isEqualTo("position-not-handed-out");
        try (PullingWorker back = PullingWorker.follow(scene, endpoint, null)) {
            back.awaitPulled(5);
            assertThat(back.pulled()).allSatisfy(each -> assertThat(each.text()).isEqualTo(body));
        }
    }

    @Test
    void looksIntoTheStoreForAStreamOnlyWhenThereMayBeSomething() throws Exception {
        JsonNode endpoint = register("\"pull\":true,\"ordering\":\"per-key\"");
        Counter looks = Meters.of(scene.hub().context()).get("waystation.delivery.pull.looks").counter();
        try (PullingWorker worker = PullingWorker.follow(scene, endpoint, null)) {
            scene.post("push", "{\"n\":1}");
            worker.awaitPulled(1);
            PullingWorker.acknowledge(scene, endpoint, 1);
            scene.awaitState(endpoint.path("id").asText(), "succeeded", 1);
            Awaitility.await().during(Duration.ofSeconds(3)).until(new SameFor(looks::count));

            scene.call("POST", "/api/deliveries/replay", "{\"endpoint\":\"" + endpoint.path("id").asText() + "\",\"states\":[\"succeeded\"]}");
            worker.awaitPulled(2);
            assertThat(worker.pulled().get(1).position()).isEqualTo(2);
        }
    }

    /** Whether a number is the one it was when it was asked for last. */
    private static final class SameFor implements Callable<Boolean> {
        private final Supplier<Double> number;
        private double last = -1;

        private SameFor(Supplier<Double> number) {
            this.number = number;
        }

        @Override
        public Boolean call() {
            double before = last;
            last = number.get();
            return last == before;
        }
    }

    @Test
    void registersAWorkerWithoutAnAddressWhoseStreamKeepsItsLease() throws Exception {
        JsonNode worker = PullingWorker.call(scene, "POST", "/edge/register", null,
                "{\"linearToken\":\"token-of-bern\",\"name\":\"laptop\",\"capabilities\":[\"push\"]}");
        assertThat(worker.path("status").asInt()).as(worker.toString()).isEqualTo(200);
        String path = "/api/endpoints/" + worker.path("id").asText();
        String first = scene.call("GET", path, null).path("leaseUntil").asText();
        try (PullingWorker stream = PullingWorker.follow(scene, worker, null)) {
            Awaitility.await().until(() -> scene.call("GET", path, null).path("leaseUntil").asText().compareTo(first) > 0);
            assertThat(scene.call("GET", path, null).path("state").asText()).isEqualTo("active");
        }
        Awaitility.await().until(() -> scene.call("GET", path, null).path("state").asText().equals("expired"));
        scene.post("push", "{\"missed\":1}");

        try (PullingWorker back = PullingWorker.follow(scene, worker, null)) {
            back.awaitPulled(1);
            assertThat(scene.call("GET", path, null).path("state").asText()).isEqualTo("active");
        }
        JsonNode again = PullingWorker.call(scene, "POST", "/edge/register", null, "{\"linearToken\":\"token-of-bern\",\"name\":\"laptop\"}");
        assertThat(again.path("id")).isEqualTo(worker.path("id"));
    }

    @Test
    void tellsInTheLogAndToOperatorsThatAnEndpointExpired() throws Exception {
        JsonNode everything = register("\"pull\":true");
        JsonNode watcher = register("\"pull\":true,\"types\":[\"io.waystation.endpoint.*\"]");
        JsonNode worker = PullingWorker.call(scene, "POST", "/edge/register", null, "{\"linearToken\":\"token-of-bern\",\"name\":\"gone\"}");
        String id = worker.path("id").asText();
        ListAppender<ILoggingEvent> alerts = new ListAppender<>();
        alerts.start();
        Logger log = (Logger) LoggerFactory.getLogger("io.waystation.alert");
        log.addAppender(alerts);

        Awaitility.await().untilAsserted(() -> assertThat(events(id)).containsExactly("io.waystation.endpoint.expired"));
        PullingWorker.call(scene, "POST", "/edge/" + id + "/heartbeat", worker.path("webhookSecret").asText(), "{}");

        Awaitility.await().untilAsserted(() -> assertThat(events(id)).contains("io.waystation.endpoint.active"));
        Awaitility.await().untilAsserted(() -> assertThat(scene.deliveries("endpoint=" + watcher.path("id").asText())).hasSizeGreaterThanOrEqualTo(2));
        assertThat(scene.deliveries("endpoint=" + everything.path("id").asText())).as("only who asks for it by type").isEmpty();
        HttpResponse<String> forged = CLIENT.send(HttpRequest.newBuilder(scene.hub().uri("/waystation-endpoints")).POST(BodyPublishers.ofString("{}"))
                .build(), BodyHandlers.ofString());
        assertThat(forged.statusCode()).as("only the hub posts there").isBetween(400, 499);
        log.detachAppender(alerts);
        assertThat(alerts.list).extracting(ILoggingEvent::getFormattedMessage).anySatisfy(alert -> assertThat(alert).startsWith("endpoint-expired: Endpoint " + id + " is expired: its lease ran out"));
    }

    private static List<String> events(String subject) throws Exception {
        JsonNode found = scene.call("GET", "/api/events?channel=waystation-endpoints&subject=" + subject, null).path("events");
        return IntStream.range(0, found.size()).mapToObj(i -> found.get(i)).filter(event -> event.path("subject").asText().equals(subject))
                .map(event -> event.path("type").asText()).toList();
    }

    @Test
    void makesDeadLettersOrLeavesToPullWhenAllOfAGroupAreDown() throws Exception {
        try (Receiver bad = new Receiver().replies(got -> Receiver.Reply.of(500))) {
            JsonNode parks = scene.endpoint(bad.url("/parks"), "\"group\":\"bern\",\"whenDown\":\"dead-letter\"");
            JsonNode pulls = scene.endpoint(bad.url("/pulls"), "\"group\":\"bern\",\"whenDown\":\"pull\"");
            JsonNode holds = scene.endpoint(bad.url("/holds"), "\"group\":\"bern\"");
            scene.post("push", "{\"n\":1}");

            scene.awaitState(parks.path("id").asText(), "dead", 1);
            assertThat(scene.deliveries("endpoint=" + parks.path("id").asText()).get(0).path("reason").asText())
                    .isEqualTo("every endpoint of the group bern is down");
            Awaitility.await().untilAsserted(() -> assertThat(events("group:bern")).contains("io.waystation.group.down"));
            assertThat(scene.deliveries("endpoint=" + holds.path("id").asText() + "&state=dead")).isEmpty();
            try (PullingWorker worker = PullingWorker.follow(scene, pulls, null)) {
                worker.awaitPulled(1);
                assertThat(worker.pulled().get(0).text()).isEqualTo("{\"n\":1}");
                PullingWorker.acknowledge(scene, pulls, 1);
                scene.awaitState(pulls.path("id").asText(), "succeeded", 1);
                Awaitility.await().untilAsserted(() -> assertThat(events("group:bern")).contains("io.waystation.group.active"));
            }
        }
    }

    @Test
    void probesAnEndpointThatIsLeftToPullUntilItIsBack() throws Exception {
        try (Receiver receiver = new Receiver().replies(got -> Receiver.Reply.of(500))) {
            JsonNode pulls = scene.endpoint(receiver.url("/"), "\"group\":\"basel\",\"whenDown\":\"pull\",\"retry\":\"1s x 50\"");
            scene.post("push", "{\"n\":1}");
            Awaitility.await().untilAsserted(() -> assertThat(receiver.received()).extracting(got -> got.header("ce-type")).contains("waystation.probe"));

            receiver.replies(got -> Receiver.Reply.of(200));

            scene.awaitState(pulls.path("id").asText(), "succeeded", 1);
            assertThat(receiver.received()).extracting(got -> got.header("ce-type")).doesNotContain("io.waystation.test");
        }
    }
}
