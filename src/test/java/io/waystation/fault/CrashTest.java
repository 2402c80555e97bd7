package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubHome;
import io.waystation.HubProcess;
import io.waystation.Patience;
import io.waystation.cli.CommandLineRun;

/**
 * The promises under {@code kill -9}: of the log, of groups with an effect in the store and outside, and of work that is handed
 * from the log to a queue and from there to another, each in one transaction. Rounds come from {@code -Dwaystation.faults}, the
 * seed from {@code -Dfaults.seed}.
 */
class CrashTest {
    private static final String SECRET = "crash-test-secret";
    private static final int MOST_IN_A_ROUND = 400;
    /** Of the first queue: few, so that some of its items become dead letters. */
    private static final int MAX_LOST = 1;
    private static final int USUAL_MAX_LOST = 5;
    private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<Integer, Set<String>> keysOutside = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> callsOutside = new ConcurrentHashMap<>();

    @TempDir
    Path folder;

    @Test
    void losesNothingAcknowledgedAndRepeatsNoEffectInTheStoreWhenTheHubIsKilledAtRandomMoments() throws Exception {
        int rounds = Integer.getInteger("faults.rounds", 10);
        long seed = Long.getLong("faults.seed", System.nanoTime());
        Random random = new Random(seed);
        HttpServer outside = outside();
        Path home = HubHome.in(folder)
                .source("crash", "env:CRASH_SECRET").route("crash.camel.yaml", routes(outside.getAddress().getPort()))
                .path();
        try (HubProcess hub = new HubProcess(folder.resolve("data"), home,
                "waystation.channels.crash.secrets", "env:CRASH_SECRET", "waystation.channels.crash.open-readers", "true")
                .environment("CRASH_SECRET", SECRET)) {
            hub.start();
            try (PostLoad load = new PostLoad(hub.uri("/webhook/crash"), SECRET, 8).start(8, Duration.ofMillis(2))) {
                for (int round = 0; round < rounds; round++) {
                    // posts are taken before the groups have started, so only what these do shows that they run
                    IntSupplier progress = random.nextBoolean() ? () -> load.acknowledged().size() : this::callsOutside;
                    int enough = progress.getAsInt() + random.nextInt(MOST_IN_A_ROUND);
                    Awaitility.await("posts or calls come in").pollInterval(Duration.ofMillis(5)).until(() -> progress.getAsInt() >= enough);
                    hub.kill();
                    hub.start();
                }
                int before = load.acknowledged().size();
                Awaitility.await("posts go on after the last start").until(() -> load.acknowledged().size() > before + 50);
                load.close();
                Map<Integer, String> acknowledged = load.acknowledged();
                System.out.printf("crash test: seed %d, %d kills, %d acknowledged, %d refused%n",
                        seed, rounds, acknowledged.size(), load.refused());
                checkLog(hub, acknowledged);
                checkOutside(acknowledged);
                checkStore(hub, "SELECT number FROM test_effect", acknowledged.keySet());
                checkWork(hub, "first", acknowledged.keySet());
                checkWork(hub, "second", acknowledged.keySet());
                assertThat(hub.stop()).as("exit code").isIn(0, 143);
                assertThat(items(hub, "dead")).as("items that failed, or ran beside another of their key").isZero();
                assertThat(items(hub, "running")).as("items left running by an orderly stop").isZero();
            }
        } finally {
            outside.stop(0);
        }
    }

    private void checkLog(HubProcess hub, Map<Integer, String> acknowledged) throws Exception {
        Map<Integer, String> stored = new HashMap<>();
        long last = 0;
        try (EventStream stream = EventStream.open(hub.uri("/stream/crash"), "Last-Event-ID", "0-0")) {
            while (!stored.keySet().containsAll(acknowledged.keySet())) {
                Optional<EventStream.Frame> frame = stream.next(Patience.SOON);
                assertThat(frame).as("next stored event; missing %s", missing(acknowledged, stored)).isPresent();
                if (frame.get().id() != null && frame.get().data().contains("data_base64")) {
                    long offset = Long.parseLong(frame.get().id().split("-")[1]);
                    assertThat(offset).as("offsets rise").isGreaterThan(last);
                    last = offset;
                    JsonNode event = MAPPER.readTree(frame.get().data());
                    Matcher number = NUMBER.matcher(new String(event.get("data_base64").binaryValue(), StandardCharsets.UTF_8));
                    assertThat(number.find()).isTrue();
                    assertThat(stored.put(Integer.parseInt(number.group(1)), frame.get().id())).as("stored once").isNull();
                }
            }
        }
        acknowledged.forEach((number, position) -> assertThat(stored.get(number)).isEqualTo(position));
    }

    private void checkOutside(Map<Integer, String> acknowledged) {
        Awaitility.await("every acknowledged event reached the outside")
                .untilAsserted(() -> assertThat(callsOutside.keySet()).containsAll(acknowledged.keySet()));
        assertThat(keysOutside.values()).as("each repeat carries the same key").allMatch(keys -> keys.size() == 1);
        System.out.printf("crash test: %d repeats outside, each with the same key%n",
                callsOutside() - callsOutside.size());
    }

    private int callsOutside() {
        return callsOutside.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static void checkStore(HubProcess hub, String query, Set<Integer> acknowledged) {
        Awaitility.await("every acknowledged event has its effect: " + query).pollInterval(Duration.ofMillis(300))
                .untilAsserted(() -> assertThat(numbersInStore(hub, query)).containsAll(acknowledged));
    }

    /** An item that ran at too many kills in a row is a dead letter that says so, and has its effect once a person replays it. */
    private static void checkWork(HubProcess hub, String stage, Set<Integer> acknowledged) {
        Set<Long> replayed = new TreeSet<>();
        Awaitility.await("every acknowledged event has its effect: " + stage).pollInterval(Duration.ofMillis(300)).untilAsserted(() -> {
            for (Dead dead : dead(hub)) {
                assertThat(dead.lost()).as(dead.toString()).isGreaterThan(dead.queue().equals("crash") ? MAX_LOST : USUAL_MAX_LOST);
                assertThat(dead.reason()).isEqualTo("the hub ended " + dead.lost() + " times while it ran");
                CommandLineRun replay = CommandLineRun.of("work", "replay", "--data", hub.data().toString(), Long.toString(dead.number()));
                assertThat(replay.exitCode()).as(replay.err()).isZero();
                assertThat(replayed.add(dead.number())).as("replayed once: %s", dead).isTrue();
            }
            assertThat(numbersInStore(hub, "SELECT number FROM test_work WHERE stage = '" + stage + "'")).containsAll(acknowledged);
        });
        System.out.printf("crash test: %d dead letters replayed before all had the effect of the %s item%n", replayed.size(), stage);
    }

    private static Set<Integer> numbersInStore(HubProcess hub, String query) throws SQLException {
        Set<Integer> numbers = new HashSet<>();
        try (Connection connection = open(hub); Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                assertThat(numbers.add(rows.getInt(1))).as("effect of %d happened once: %s", rows.getInt(1), query).isTrue();
            }
        }
        return numbers;
    }

    private static long items(HubProcess hub, String state) throws SQLException {
        try (Connection connection = open(hub); Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM work_item WHERE state = '" + state + "'")) {
            return rows.next() ? rows.getLong(1) : -1;
        }
    }

    private record Dead(long number, String queue, int lost, String reason) {
    }

    private static List<Dead> dead(HubProcess hub) throws SQLException {
        List<Dead> dead = new ArrayList<>();
        try (Connection connection = open(hub); Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT seq, queue, lost, reason FROM work_item WHERE state = 'dead'")) {
            while (rows.next()) {
                dead.add(new Dead(rows.getLong(1), rows.getString(2), rows.getInt(3), rows.getString(4)));
            }
        }
        return dead;
    }

    private static Connection open(HubProcess hub) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:file:" + hub.data().resolve("store.db") + "?mode=ro");
    }

    private static Set<Integer> missing(Map<Integer, String> acknowledged, Map<Integer, String> stored) {
        Set<Integer> missing = new HashSet<>(acknowledged.keySet());
        missing.removeAll(stored.keySet());
        return missing;
    }

    private HttpServer outside() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Matcher number = NUMBER.matcher(body);
            if (number.find()) {
                int value = Integer.parseInt(number.group(1));
                keysOutside.computeIfAbsent(value, n -> ConcurrentHashMap.newKeySet())
                        .add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
                callsOutside.merge(value, 1, Integer::sum);
            }
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String routes(int port) {
        return """
                - beans:
                    - name: countingEffects
                      type: io.waystation.fault.CountingEffects
                    - name: workEffects
                      type: io.waystation.fault.WorkEffects
                - route:
                    id: crash-store
                    description: Counts each event in the store
                    from:
                      uri: kamelet:events-source
                      parameters:
                        group: crash-store
                        channels: crash
                      steps:
                        - to:
                            uri: bean:countingEffects
                            parameters:
                              method: record
                - route:
                    id: crash-outside
                    description: Sends each event to another program
                    from:
                      uri: kamelet:events-source
                      parameters:
                        group: crash-outside
                        channels: crash
                      steps:
                        - setHeader:
                            name: Idempotency-Key
                            expression:
                              simple:
                                expression: "${header.CamelCloudEventID}"
                        - setHeader:
                            name: CamelHttpMethod
                            expression:
                              constant:
                                expression: POST
                        - to:
                            uri: http://127.0.0.1:%d/effect
                - route:
                    id: crash-add
                    description: Makes a work item of each event
                    from:
                      uri: kamelet:events-source
                      parameters:
                        group: crash-add
                        channels: crash
                      steps:
                        - to:
                            uri: work:crash
                - route:
                    id: crash-first
                    description: Runs each item, and adds another one with its end
                    from:
                      uri: work:crash
                      parameters:
                        concurrency: 8
                        retry: 20ms x 5
                        maxLost: %d
                      steps:
                        - to:
                            uri: bean:workEffects
                            parameters:
                              method: first
                        - to:
                            uri: work:crash-second
                            parameters:
                              key: ${header.CamelWaystationWorkKey}
                - route:
                    id: crash-second
                    description: Runs what the first one added
                    from:
                      uri: work:crash-second
                      parameters:
                        concurrency: 4
                      steps:
                        - to:
                            uri: bean:workEffects
                            parameters:
                              method: second
                """.formatted(port, MAX_LOST);
    }
}
