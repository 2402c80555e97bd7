package io.waystation.work.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubHome;
import io.waystation.HubProcess;
import io.waystation.Patience;

/** The life of operations under {@code kill -9}; rounds come from {@code -Dwaystation.faults}, the seed from {@code -Dfaults.seed}. */
class OperationKillTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Set<String> ENDS = Set.of("victim_completed", "victim_failed");
    private static final int ANSWERS_OF_A_ROUND = 10;

    @TempDir
    Path folder;

    private final Set<String> known = ConcurrentHashMap.newKeySet();

    @Test
    void everyOperationIsToldOneBeginningAndOneEndWhereverTheHubIsKilled() throws Exception {
        int rounds = Math.max(1, Integer.getInteger("faults.rounds", 10) / 2);
        long seed = Long.getLong("faults.seed", System.nanoTime());
        Random random = new Random(seed);
        Path home = HubHome.in(folder).route("victim.camel.yaml", """
                - beans:
                    - name: victim
                      type: io.waystation.work.operation.OperationVictim
                - route:
                    id: victim
                    description: Starts an operation
                    from:
                      uri: platform-http:/test/victim
                      steps:
                        - bean:
                            ref: victim
                            method: start
                - route:
                    id: victim-add
                    description: Adds an item that an operation follows
                    from:
                      uri: platform-http:/test/item
                      steps:
                        - to:
                            uri: work:victims
                            parameters:
                              key: ${exchangeId}
                              operation: victim
                              subject: item
                              project: p
                        - setBody:
                            expression:
                              header:
                                expression: CamelWaystationOperation
                - route:
                    id: victim-run
                    description: Runs an item
                    from:
                      uri: work:victims
                      parameters:
                        concurrency: 4
                        retry: 50ms
                        maxLost: 100
                      steps:
                        - bean:
                            ref: victim
                            method: run
                """).path();
        try (HubProcess hub = new HubProcess(folder.resolve("data"), home)) {
            hub.start();
            for (int round = 0; round < rounds; round++) {
                CountDownLatch enough = new CountDownLatch(1);
                int soonest = known.size() + ANSWERS_OF_A_ROUND;
                Thread load = new Thread(() -> load(hub, enough));
                load.start();
                // The port opens before these routes are up: a time alone could kill every round before its first operation.
                Awaitility.await("operations begin").pollInterval(Duration.ofMillis(5)).until(() -> known.size() >= soonest);
                enough.await(random.nextInt(900), TimeUnit.MILLISECONDS);
                hub.kill();
                enough.countDown();
                load.join();
                hub.start();
            }
            System.out.printf("operation kill test: seed %d, %d kills, %d operations%n", seed, rounds, known.size());
            checkStream(hub);
        }
    }

    private void load(HubProcess hub, CountDownLatch enough) {
        for (int i = 0; enough.getCount() > 0; i++) {
            try {
                HttpResponse<String> response = CLIENT.send(HttpRequest.newBuilder(hub.uri(i % 2 == 0 ? "/test/victim" : "/test/item"))
                        .timeout(Patience.SOON).build(), HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 200) {
                    known.add(response.body());
                }
            } catch (IOException killed) {
                return;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Everything from the first event on, as a browser that was away all the time sees it. */
    private void checkStream(HubProcess hub) throws Exception {
        String token = Files.readString(folder.resolve("data/token")).trim();
        Map<String, String> ends = new HashMap<>();
        Map<String, Integer> percent = new HashMap<>();
        long last = 0;
        try (EventStream stream = EventStream.open(hub.uri("/api/projects/p/stream"), "Authorization", "Bearer " + token,
                "Last-Event-ID", "0")) {
            assertThat(stream.next(Patience.SOON)).isPresent();
            while (!ends.keySet().containsAll(known) || ends.size() < percent.size()) {
                Optional<EventStream.Frame> frame = stream.next(Patience.SOON);
                assertThat(frame).as("%d of %d known and %d begun operations have ended", ends.size(), known.size(), percent.size())
                        .isPresent();
                assertThat(Long.parseLong(frame.get().id())).isGreaterThan(last);
                last = Long.parseLong(frame.get().id());
                take(frame.get(), ends, percent);
            }
            assertThat(stream.next(Duration.ofMillis(500))).as("nothing is told after the ends").isEmpty();
        }
        assertThat(ends.values()).as("runs were lost, items were not").contains("run lost", "run ended", "item ended")
                .doesNotContain("item lost");
    }

    private static void take(EventStream.Frame frame, Map<String, String> ends, Map<String, Integer> percent) throws IOException {
        JsonNode data = new ObjectMapper().readTree(frame.data());
        String id = data.path("operationId").asText();
        assertThat(ends).as("nothing after the end of an operation").doesNotContainKey(id);
        if (frame.event().equals("victim_started")) {
            assertThat(percent.put(id, 0)).as("one beginning").isNull();
        } else if (ENDS.contains(frame.event())) {
            assertThat(percent).containsKey(id);
            ends.put(id, (data.path("subject").asText().equals("item") ? "item " : "run ")
                    + (data.path("error_code").asText().equals("LOST") ? "lost" : "ended"));
        } else {
            assertThat(List.of("victim_progress")).contains(frame.event());
            assertThat(data.path("percent").asInt()).isGreaterThanOrEqualTo(percent.put(id, data.path("percent").asInt()));
        }
    }
}
