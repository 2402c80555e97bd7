package io.waystation.work.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.HubHome;
import io.waystation.Patience;
import io.waystation.work.DeferException;
import io.waystation.work.WorkItem;
import io.waystation.work.WorkLease;

/** Operations of work items, told by steps of YAML routes of the real hub. */
class WorkOperationTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String ROUTES = """
            - beans:
                - name: behaviour
                  type: io.waystation.work.operation.WorkOperationTest$Behaviour
                - name: oddKind
                  type: io.waystation.work.operation.OperationKind
                  properties:
                    name: odd
                    completed: odd_is_done
            - route:
                id: add
                description: Adds an item that an operation follows
                from:
                  uri: platform-http:/test/add
                  steps:
                    - setHeader:
                        name: CamelWaystationOperationData
                        expression:
                          constant:
                            expression: '{"direction":"to_github"}'
                    - toD:
                        uri: work:jobs
                        parameters:
                          key: ${header.name}
                          operation: ${header.kind}
                          subject: ${header.name}
                          project: p-${header.name}
                    - setBody:
                        expression:
                          header:
                            expression: CamelWaystationOperation
            - route:
                id: jobs
                description: Tells how far it is, and then behaves as it was told
                from:
                  uri: work:jobs
                  parameters:
                    concurrency: 4
                    retry: 100ms
                  steps:
                    - to:
                        uri: bean:operations
                        parameters:
                          method: step(${exchange}, 'build', 40, 'Building')
                    - to:
                        uri: bean:operations
                        parameters:
                          method: log(${exchange}, '$ task build')
                    - to:
                        uri: bean:behaviour
                    - setBody:
                        expression:
                          constant:
                            expression: '{"version":"1.2.3"}'
                    - to:
                        uri: bean:operations
                        parameters:
                          method: result(${exchange})
            """;

    @TempDir
    private static Path folder;
    private static HubFixture hub;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
        Path home = HubHome.in(folder).route("jobs.camel.yaml", ROUTES).path();
        hub = HubFixture.start(folder.resolve("data"), Optional.of(home));
        token = Files.readString(folder.resolve("data/token")).trim();
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    /** What the route of an item does, by the item's key. */
    public static final class Behaviour {
        private static final Set<String> APPROVED = ConcurrentHashMap.newKeySet();
        private static final CountDownLatch FINISH = new CountDownLatch(1);

        /** Behaves. */
        public void run(Exchange exchange) throws Exception {
            WorkItem item = WorkItem.of(exchange);
            CamelContext context = exchange.getContext();
            Operations operations = context.getRegistry().lookupByNameAndType(Operations.NAME, Operations.class);
            switch (item.key()) {
                case "fails" -> throw new IllegalStateException("the compiler said no");
                case "fails-once" -> {
                    operations.step(exchange, "late", 60, "Attempt " + item.attempt());
                    if (item.attempt() == 1) {
                        throw new IllegalStateException("the compiler was tired");
                    }
                    operations.step(exchange, "early", 10, "Second");
                }
                case "held" -> {
                    if (APPROVED.add(item.operation())) {
                        operations.hold(exchange, "waits for approval");
                        throw new DeferException(Duration.ofMillis(200), "waits for approval");
                    }
                }
                case "runs" -> {
                    CountDownLatch stopped = new CountDownLatch(1);
                    WorkLease.of(exchange).orElseThrow().onStop(stopped::countDown);
                    assertThat(stopped.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
                    throw new IllegalStateException("stopped");
                }
                case "shielded" -> {
                    WorkLease.of(exchange).orElseThrow().shield();
                    operations.step(exchange, "swap", 50, "Swapping");
                    assertThat(FINISH.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
                }
                default -> operations.event(exchange, "rolled_back", Map.of("to", "1.0.0"));
            }
        }
    }

    private static String add(String kind, String name) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(hub.uri("/test/add")).header("kind", kind).header("name", name).build();
        HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private static List<EventStream.Frame> life(String id) throws Exception {
        List<EventStream.Frame> frames = new ArrayList<>();
        try (EventStream stream = EventStream.open(hub.uri("/api/operations/" + id + "/stream"), "Authorization", "Bearer " + token)) {
            assertThat(stream.status()).isEqualTo(200);
            stream.next(Patience.SOON);
            JsonNode data;
            do {
                EventStream.Frame frame = stream.next(Patience.SOON).orElseThrow(() -> new AssertionError("no end after " + frames));
                frames.add(frame);
                data = JSON.readTree(frame.data());
            } while (!data.path("state").asText().matches("succeeded|failed|cancelled|superseded"));
        }
        return frames;
    }

    private static JsonNode data(List<EventStream.Frame> life, int index) throws Exception {
        return JSON.readTree(life.get(index < 0 ? life.size() + index : index).data());
    }

    @Test
    void anItemThatSucceedsIsFollowedFromItsAdditionToItsEnd() throws Exception {
        String id = add("update", "nats");

        List<EventStream.Frame> life = life(id);
        assertThat(life).extracting(EventStream.Frame::event).containsExactly(
                "update_started", "update_progress", "update_progress", "update_rolled_back", "update_completed");
        assertThat(data(life, 0).path("projectId").asText()).isEqualTo("p-nats");
        assertThat(data(life, 0).path("direction").asText()).isEqualTo("to_github");
        assertThat(data(life, 2).path("percent").asInt()).isEqualTo(40);
        assertThat(data(life, -1).path("version").asText()).isEqualTo("1.2.3");
        Operations operations = hub.bean(Operations.NAME, Operations.class);
        assertThat(operations.lines(id, 0, 10)).extracting(LogLine::text).containsExactly("$ task build");
        Operation ended = operations.find(id).orElseThrow();
        assertThat(ended.percent() + " " + ended.attempts() + " " + ended.subject()).isEqualTo("100 1 nats");
    }

    @Test
    void aKindOfARouteFileHasItsOwnNames() throws Exception {
        assertThat(life(add("odd", "odd"))).last().satisfies(end -> assertThat(end.event()).isEqualTo("odd_is_done"));
    }

    @Test
    void anItemThatIsRetriedWaitsAndItsPercentageDoesNotFall() throws Exception {
        List<EventStream.Frame> life = life(add("update", "fails-once"));

        assertThat(life).filteredOn(frame -> frame.data().contains("retry_wait")).hasSize(1).first().satisfies(wait ->
                assertThat(wait.data()).contains("\"state\":\"queued\"", "the compiler was tired"));
        List<Integer> percents = new ArrayList<>();
        for (int i = 1; i < life.size() - 1; i++) {
            if (data(life, i).has("percent")) {
                percents.add(data(life, i).path("percent").asInt());
            }
        }
        assertThat(percents).isSorted().contains(60);
        assertThat(data(life, -1).path("attempt").asInt()).isEqualTo(2);
        assertThat(data(life, -1).path("status").asText()).isEqualTo("success");
    }

    @Test
    void anItemThatRunsOutOfAttemptsFails() throws Exception {
        List<EventStream.Frame> life = life(add("update", "fails"));

        assertThat(life).last().satisfies(end -> assertThat(end.event()).isEqualTo("update_failed"));
        assertThat(data(life, -1).path("message").asText()).contains("the compiler said no");
        assertThat(data(life, -1).at("/details/step").asText()).isEqualTo("build");
    }

    @Test
    void anItemThatIsHeldStaysHeldUntilItIsClaimedAgain() throws Exception {
        List<EventStream.Frame> life = life(add("update", "held"));

        assertThat(life).extracting(EventStream.Frame::event).contains("update_held");
        int held = 0;
        while (!life.get(held).event().equals("update_held")) {
            held++;
        }
        List<String> after = new ArrayList<>();
        for (EventStream.Frame frame : life.subList(held, life.size())) {
            after.add(JSON.readTree(frame.data()).path("state").asText());
        }
        assertThat(after).doesNotContain("queued").containsSubsequence("held", "running", "succeeded");
    }

    @Test
    void cancellingStopsAnItemThatRunsAndEndsItsOperationOnce() throws Exception {
        String id = add("update", "runs");
        Operations operations = hub.bean(Operations.NAME, Operations.class);
        await().until(() -> operations.find(id).orElseThrow().percent() == 40);

        HttpResponse<String> answer = cancel(id);
        assertThat(answer.statusCode()).isEqualTo(202);

        assertThat(cancel(id).body()).as("asked twice, or ended meanwhile").doesNotContain("past-cancelling");

        List<EventStream.Frame> life = life(id);
        assertThat(life).last().satisfies(end -> assertThat(end.event()).isEqualTo("update_cancelled"));
        assertThat(data(life, -1).path("message").asText()).contains("wrong branch");
        assertThat(operations.lines(id, 0, 10)).as("what waited to be told is told with the end").isNotEmpty();
    }

    private static HttpResponse<String> cancel(String id) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(hub.uri("/api/operations/" + id + "/cancel"))
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString("{\"reason\":\"wrong branch\"}")).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void whatIsPastItsPointOfNoReturnIsNotCancelled() throws Exception {
        String id = add("update", "shielded");
        Operations operations = hub.bean(Operations.NAME, Operations.class);
        await().until(() -> operations.find(id).orElseThrow().percent() == 50);

        HttpResponse<String> answer = cancel(id);
        Behaviour.FINISH.countDown();

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("past-cancelling");
        assertThat(operations.find(id).orElseThrow().cancelReason()).isNull();
        assertThat(life(id)).last().satisfies(end -> assertThat(end.event()).isEqualTo("update_completed"));
    }
}
