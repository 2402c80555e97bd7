package io.waystation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.waystation.HubHome;
import io.waystation.HubProcess;
import io.waystation.delivery.Receiver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deliveries to 20 endpoints that answer, hang, reset, refuse and redirect at random, under {@code kill -9}, with a ledger of
 * every request. 2,000 deliveries and three kills as a rule; 20,000 and ten with {@code -Dwaystation.faults=50} or more.
 */
class DeliveryFaultTest {
    private static final int ENDPOINTS = 20;
    /** Endpoints with these numbers want all events in order, those below {@link #PER_KEY} by subject. */
    private static final int STRICT = 2;
    private static final int PER_KEY = 4;
    /** {@link PostLoad} spreads its numbers over so many repositories, which are what these events are ordered by. */
    private static final int KEYS = 7;
    private static final String SECRET = "fault-test-secret";
    private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+)");
    private static final Duration CRASH_WINDOW = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private final long seed = Long.getLong("faults.seed", System.nanoTime());
    private final Map<String, List<Request>> ledger = new ConcurrentHashMap<>();
    private final List<Long> kills = new CopyOnWriteArrayList<>();

    /** One request as the endpoint saw it. */
    private record Request(String id, boolean success, long at) {
    }

    @Test
    void everyDeliveryIsMadeOrADeadLetterAndNoneIsSentAgainOnceItsSuccessIsOnDisk() throws Exception {
        boolean full = Integer.getInteger("faults.rounds", 10) >= 50;
        int events = full ? 1_000 : 100;
        int rounds = full ? 10 : 3;
        Path home = HubHome.in(folder).source("crash", "env:CRASH_SECRET").path();
        try (Receiver receiver = new Receiver().replies(this::reply);
                HubProcess hub = new HubProcess(folder.resolve("data"), home, "waystation.channels.crash.secrets", "env:CRASH_SECRET",
                        "waystation.delivery.insecure", "true", "waystation.delivery.allowed-addresses", "127.0.0.0/8",
                        "waystation.delivery.retry", "100ms x 100", "waystation.delivery.attempt-limit", "3s",
                        "waystation.delivery.longest-retry-after", "1s").environment("CRASH_SECRET", SECRET)) {
            hub.start();
            String token = Files.readString(folder.resolve("data").resolve("token")).strip();
            Map<String, Integer> endpoints = register(hub, token, receiver);
            try (PostLoad load = new PostLoad(hub.uri("/webhook/crash"), SECRET, 4)) {
                post(load, hub, events, rounds);
                Awaitility.await("nothing is owed any more").atMost(Duration.ofMinutes(6)).pollInterval(Duration.ofMillis(500)).until(() -> {
                    resumeAll(hub, token);
                    return count("SELECT count(*) FROM work_item WHERE queue LIKE 'delivery%' AND state IN ('waiting', 'ready', 'running')") == 0;
                });
            }
            assertThat(hub.stop()).as("exit code").isIn(0, 143);
            check(endpoints, events);
        }
    }

    private static Map<String, Integer> register(HubProcess hub, String token, Receiver receiver) throws Exception {
        Map<String, Integer> endpoints = new HashMap<>();
        for (int i = 0; i < ENDPOINTS; i++) {
            String ordering = i < STRICT ? "strict" : i < PER_KEY ? "per-key" : "none";
            JsonNode made = call(hub, token, "POST", "/api/endpoints", "{\"url\":\"" + receiver.url("/" + i)
                    + "\",\"channels\":[\"crash\"],\"ordering\":\"" + ordering + "\"}");
            endpoints.put(made.path("id").asText(), i);
        }
        return endpoints;
    }

    /** Posts until each number is acknowledged, and kills the hub at random moments meanwhile. */
    private void post(PostLoad load, HubProcess hub, int events, int rounds) throws Exception {
        Thread posts = new Thread(() -> {
            for (int number = 0; number < events; number++) {
                while (!load.post(number)) {
                    pause(50);
                }
                pause(20);
            }
        });
        posts.start();
        Random random = new Random(seed);
        for (int round = 0; round < rounds; round++) {
            pause(500 + random.nextInt(2_000));
            hub.kill();
            kills.add(System.nanoTime());
            hub.start();
        }
        posts.join(TimeUnit.MINUTES.toMillis(5));
        assertThat(load.acknowledged()).hasSize(events);
    }

    private static void pause(long millis) {
        try {
            new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What an operator does about endpoints that said they are gone. */
    private static void resumeAll(HubProcess hub, String token) throws Exception {
        for (JsonNode endpoint : call(hub, token, "GET", "/api/endpoints", null).path("endpoints")) {
            if (endpoint.path("state").asText().equals("disabled")) {
                call(hub, token, "POST", "/api/endpoints/" + endpoint.path("id").asText() + "/resume", "{}");
            }
        }
    }

    private static JsonNode call(HubProcess hub, String token, String method, String path, String body) throws Exception {
        return JSON.readTree(CLIENT.send(HttpRequest.newBuilder(hub.uri(path)).header("Authorization", "Bearer " + token)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)).build(), BodyHandlers.ofString()).body());
    }

    private Receiver.Reply reply(Receiver.Received got) {
        int endpoint = Integer.parseInt(got.path().substring(1));
        Matcher number = NUMBER.matcher(got.text());
        assertThat(number.find()).isTrue();
        List<Request> requests = ledger.computeIfAbsent(endpoint + "/" + number.group(1), key -> new CopyOnWriteArrayList<>());
        // those in order take one after the other, so they fail less
        int chance = new Random(Objects.hash(seed, endpoint, number.group(1), requests.size())).nextInt(endpoint < PER_KEY ? 300 : 100);
        Receiver.Reply reply = chance >= 40 ? Receiver.Reply.of(200) : chance < 4 ? Receiver.Reply.of(200).after(4_500)
                : chance < 12 ? Receiver.Reply.of(0) : chance < 24 ? Receiver.Reply.of(500) : chance < 25 ? Receiver.Reply.of(410)
                : chance < 32 ? Receiver.Reply.of(429).with("Retry-After", "1") : Receiver.Reply.of(302).with("Location", "/elsewhere");
        requests.add(new Request(got.header("webhook-id"), chance >= 40, System.nanoTime()));
        return reply;
    }

    private void check(Map<String, Integer> endpoints, int events) throws SQLException {
        long succeeded = count("SELECT count(*) FROM work_item WHERE queue LIKE 'delivery%' AND state = 'succeeded'");
        long dead = count("SELECT count(*) FROM work_item WHERE queue LIKE 'delivery%' AND state = 'dead' AND reason IS NOT NULL");
        long again = 0;
        long unseen = 0;
        for (int endpoint = 0; endpoint < ENDPOINTS; endpoint++) {
            for (int number = 0; number < events; number++) {
                List<Request> requests = new ArrayList<>(ledger.getOrDefault(endpoint + "/" + number, List.of()));
                requests.sort(Comparator.comparingLong(Request::at));
                assertThat(requests).as("requests of event %d to endpoint %d have one id", number, endpoint)
                        .extracting(Request::id).containsOnly(requests.isEmpty() ? "" : requests.get(0).id());
                unseen += requests.stream().noneMatch(Request::success) ? 1 : 0;
                again += repeats(endpoint, number, requests);
            }
        }
        System.out.printf("delivery fault test: seed %d, %d deliveries, %d kills, %d made, %d dead letters, %d requests, "
                + "%d sent again in a crash window%n", seed, events * ENDPOINTS, kills.size(), succeeded, dead, ledger.values().stream().mapToInt(List::size).sum(), again);
        assertThat(succeeded + dead).as("deliveries that were made or are dead letters").isEqualTo((long) events * ENDPOINTS);
        assertThat(unseen).as("deliveries without a success at their endpoint").isEqualTo(dead);
        assertThat(count("SELECT count(DISTINCT delivery) FROM delivery_attempt WHERE error IS NULL")).as("recorded successes").isEqualTo(succeeded);
        for (int endpoint = 0; endpoint < PER_KEY; endpoint++) {
            checkOrder(endpoints, endpoint, events);
        }
    }

    /** A success that was sent again must have come shortly before a kill, and the repetition after it. */
    private long repeats(int endpoint, int number, List<Request> requests) {
        long count = 0;
        for (int i = 0; i < requests.size() - 1; i++) {
            Request success = requests.get(i);
            Request next = requests.get(i + 1);
            if (success.success()) {
                count++;
                assertThat(kills).as("event %d went to endpoint %d again after its success", number, endpoint).anyMatch(kill ->
                        kill > success.at() && kill < next.at() && kill - success.at() < CRASH_WINDOW.toNanos());
            }
        }
        return count;
    }

    /** Numbers were acknowledged one after the other; those of an ordering key must have arrived so, for the first time. */
    private void checkOrder(Map<String, Integer> endpoints, int endpoint, int events) throws SQLException {
        String id = endpoints.entrySet().stream().filter(each -> each.getValue() == endpoint).findFirst().orElseThrow().getKey();
        assertThat(count("SELECT count(*) FROM work_item WHERE queue = 'delivery-ordered' AND (item_key = '" + id + "' OR item_key LIKE '" + id
                + "/%')")).isEqualTo(events);
        int keys = endpoint < STRICT ? 1 : KEYS;
        long[] before = new long[keys];
        for (int number = 0; number < events; number++) {
            int key = number % keys;
            long first = ledger.get(endpoint + "/" + number).stream().filter(Request::success).mapToLong(Request::at).min().orElse(before[key]);
            assertThat(first).as("event %d of endpoint %d in the order of its key", number, endpoint).isGreaterThanOrEqualTo(before[key]);
            before[key] = first;
        }
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:file:" + folder.resolve("data").resolve("store.db") + "?mode=ro");
                Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(1) : -1;
        }
    }
}
