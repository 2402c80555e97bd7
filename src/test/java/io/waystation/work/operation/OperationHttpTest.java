package io.waystation.work.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.Patience;
import io.waystation.cli.CommandLineRun;
import io.waystation.http.Role;
import io.waystation.http.Tokens;
import io.waystation.store.Meters;

/** Operations as browsers and programs see them, through the real hub. */
class OperationHttpTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private static Path folder;
    private static HubFixture hub;
    private static Operations operations;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
        hub = HubFixture.start(folder.resolve("data"), "waystation.operations.heartbeat", "400ms",
                "waystation.operations.stall-timeout", "2s", "waystation.operations.recent-events", "50",
                "waystation.http.stream-buffer", "64KiB");
        operations = hub.bean(Operations.NAME, Operations.class);
        token = Files.readString(folder.resolve("data/token")).trim();
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void aStreamEndsWhenTheTokenThatOpenedItIsRevoked() throws Exception {
        Tokens tokens = hub.bean(Tokens.NAME, Tokens.class);
        String secret = tokens.create("watcher", Set.of(Role.READ), Optional.empty());
        try (EventStream stream = EventStream.open(hub.uri("/api/operations/stream"), "Authorization", "Bearer " + secret)) {
            next(stream);

            tokens.revoke("watcher");

            await().until(stream::isOver);
        }
    }

    private static OperationRun begin(String kind, String subject, String project) {
        return operations.start(NewOperation.of(kind, subject, project));
    }

    private static EventStream open(String path, String... headers) throws Exception {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Authorization");
        all.add("Bearer " + token);
        EventStream stream = EventStream.open(hub.uri(path), all.toArray(String[]::new));
        assertThat(stream.status()).isEqualTo(200);
        return stream;
    }

    private static EventStream.Frame next(EventStream stream) throws InterruptedException {
        return stream.next(Patience.SOON).orElseThrow(() -> new AssertionError("no event came"));
    }

    private static HttpResponse<String> call(String method, String path, String bearer, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(hub.uri(path)).method(method,
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode get(String path) throws Exception {
        HttpResponse<String> response = call("GET", path, token, null);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    @Test
    void aStreamOfAnOperationTellsItsWholeLifeWithRisingIds() throws Exception {
        OperationRun run = begin("update", "nats", null);
        run.step("build", 40, "Building");
        try (EventStream stream = open("/api/operations/" + run.id() + "/stream")) {
            assertThat(stream.header("content-type")).contains("text/event-stream");
            List<EventStream.Frame> frames = new ArrayList<>(List.of(next(stream), next(stream), next(stream)));
            run.hold("major version waits for approval");
            run.resume();
            run.event("rolled-back", Map.of("to", "2.10.1"));
            run.fail("it crashed in its soak", Map.of());
            for (int i = 0; i < 4; i++) {
                frames.add(next(stream));
            }
            assertThat(frames).extracting(EventStream.Frame::event).containsExactly("ready", "update_started",
                    "update_progress", "update_held", "update_progress", "update_rolled_back", "update_failed");
            assertThat(frames.stream().map(frame -> Long.parseLong(frame.id())).toList()).isSorted().doesNotHaveDuplicates();
            JsonNode held = JSON.readTree(frames.get(3).data());
            assertThat(held.path("reason").asText()).isEqualTo("major version waits for approval");
            assertThat(held.path("state").asText()).isEqualTo("held");
        }
    }

    @Test
    void aBrowserThatComesBackGetsWhatItMissedOnceAndThenWhatIsNew() throws Exception {
        OperationRun run = begin("resume", "s", "resume-project");
        String seen;
        try (EventStream stream = open("/api/projects/resume-project/stream")) {
            assertThat(next(stream).event()).isEqualTo("ready");
            run.step("a", 10, "A");
            seen = next(stream).id();
        }
        for (int percent = 20; percent < 80; percent += 10) {
            run.step("a", percent, "A");
        }
        OperationRun other = begin("resume", "s", "another-project");
        for (int i = 0; i < 100; i++) {
            other.event("noise", Map.of("n", i)); // more than memory holds
        }
        try (EventStream stream = open("/api/projects/resume-project/stream", "Last-Event-ID", seen)) {
            assertThat(next(stream).id()).as("the ready frame names where the stream begins").isEqualTo(seen);
            for (int percent = 20; percent < 80; percent += 10) {
                assertThat(JSON.readTree(next(stream).data()).path("percent").asInt()).isEqualTo(percent);
            }
            run.succeed(Map.of("ok", true));
            assertThat(next(stream).event()).isEqualTo("resume_completed");
        }
        other.cancel("enough");
    }

    @Test
    void streamsShowOnlyWhatTheyAreAskedFor() throws Exception {
        try (EventStream kinds = open("/api/operations/stream?kind=apple,pear");
                EventStream subjects = open("/api/operations/stream?subject=tree");
                EventStream projects = open("/api/projects/stream?kind=apple")) {
            List.of(kinds, subjects, projects).forEach(stream -> {
                try {
                    assertThat(next(stream).event()).isEqualTo("ready");
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            });
            begin("apple", "bush", null).succeed(Map.of());
            begin("plum", "tree", "orchard").succeed(Map.of());
            begin("pear", "tree", "orchard").succeed(Map.of());
            begin("apple", "tree", "orchard").succeed(Map.of());
            begin("apple", "hill", "orchard").succeed(Map.of());

            assertThat(names(kinds, 8)).containsExactly("apple_started", "apple_completed", "pear_started", "pear_completed",
                    "apple_started", "apple_completed", "apple_started", "apple_completed");
            assertThat(names(subjects, 6)).containsExactly("plum_started", "plum_completed", "pear_started", "pear_completed",
                    "apple_started", "apple_completed");
            assertThat(names(projects, 4)).containsExactly("apple_started", "apple_completed", "apple_started", "apple_completed");
        }
    }

    private static List<String> names(EventStream stream, int count) throws InterruptedException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(next(stream).event());
        }
        return names;
    }

    @Test
    void anIdTheHubDoesNotKnowBeginsWithWhatIsNewAndSaysSo() throws Exception {
        try (EventStream stream = open("/api/operations/stream?kind=unknown-id&lastEventId=999999999")) {
            assertThat(next(stream).event()).isEqualTo("ready");
            EventStream.Frame gap = next(stream);
            assertThat(gap.event()).isEqualTo("gap");
            assertThat(gap.id()).as("a gap does not move the browser's place").isNull();
            assertThat(gap.data()).contains("unknown-id");
            begin("unknown-id", null, null).succeed(Map.of());
            assertThat(names(stream, 2)).containsExactly("unknown_id_started", "unknown_id_completed");
        }
    }

    @Test
    void aSilentStreamIsKeptAliveByCommentsWithoutAnId() throws Exception {
        try (Socket socket = request("/api/operations/stream?kind=silence")) {
            socket.setSoTimeout((int) Patience.SOON.toMillis());
            StringBuilder text = new StringBuilder();
            await().until(() -> {
                byte[] buffer = new byte[4096];
                int read = socket.getInputStream().read(buffer);
                text.append(new String(buffer, 0, Math.max(0, read), StandardCharsets.UTF_8));
                return text.toString().split(": waiting", -1).length > 3;
            });
            assertThat(text.substring(text.indexOf(": waiting"))).doesNotContain("id:").doesNotContain("data:");
        }
    }

    /** A connection with a small window on which a stream was asked for. */
    private static Socket request(String path) throws Exception {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("127.0.0.1", hub.port()));
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer " + token
                + "\r\nAccept: text/event-stream\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void aReaderThatTakesNothingIsCutAndLosesNothingWhenItComesBack() throws Exception {
        MeterRegistry meters = Meters.of(hub.context());
        OperationRun run = begin("flood", "s", null);
        try (Socket slow = request("/api/operations/" + run.id() + "/stream")) {
            await().until(() -> meters.get("waystation.operations.streams").gauge().value() >= 1);
            for (int i = 0; i < 300; i++) {
                run.event("data", Map.of("n", i, "text", "x".repeat(30_000)));
            }
            await().until(() -> meters.find("waystation.operations.stream.cuts").tag("reason", "stalled").counter() != null);
        }
        run.succeed(Map.of());
        try (EventStream stream = open("/api/operations/" + run.id() + "/stream", "Last-Event-ID", "0")) {
            assertThat(names(stream, 2)).containsExactly("ready", "flood_started");
            for (int i = 0; i < 300; i++) {
                assertThat(JSON.readTree(next(stream).data()).path("n").asInt()).isEqualTo(i);
            }
            assertThat(next(stream).event()).isEqualTo("flood_completed");
        }
    }

    @Test
    void manyBrowsersMayComeBackAtOnce() throws Exception {
        HttpClient browsers = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest request = HttpRequest.newBuilder(hub.uri("/api/operations/stream?kind=crowd"))
                .header("Authorization", "Bearer " + token).build();
        List<CompletableFuture<HttpResponse<InputStream>>> answers = new ArrayList<>();
        for (int i = 0; i < 800; i++) { // more than the pool of other requests takes
            answers.add(browsers.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream()));
        }
        for (CompletableFuture<HttpResponse<InputStream>> answer : answers) {
            assertThat(answer.get(Patience.SOON.toSeconds(), TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        for (CompletableFuture<HttpResponse<InputStream>> answer : answers) {
            answer.join().body().close();
        }
    }

    @Test
    void aBrowserThatHasTheLastEventOfAnOperationIsToldNotToComeBack() throws Exception {
        OperationRun run = begin("over", null, null);
        run.succeed(Map.of());
        String last;
        try (EventStream stream = open("/api/operations/" + run.id() + "/stream")) {
            next(stream);
            next(stream);
            last = next(stream).id();
        }
        HttpResponse<String> again = call("GET", "/api/operations/" + run.id() + "/stream?lastEventId=" + last, token, null);
        assertThat(again.statusCode()).isEqualTo(204);
        assertThat(call("GET", "/api/operations/nothing/stream", token, null).statusCode()).isEqualTo(404);
    }

    @Test
    void everyCallNeedsItsRoleAndAStreamTakesTheTokenFromTheQueryToo() throws Exception {
        Tokens tokens = hub.bean(Tokens.NAME, Tokens.class);
        String reader = tokens.create("reader", Set.of(Role.READ), java.util.Optional.empty());
        String approver = tokens.create("approver", Set.of(Role.APPROVE), java.util.Optional.empty());
        String id = begin("roles", null, "p").id();
        for (String path : List.of("/api/operations", "/api/operations/" + id, "/api/operations/" + id + "/log",
                "/api/operations/stream", "/api/operations/" + id + "/stream", "/api/projects/stream", "/api/projects/p/stream")) {
            assertThat(call("GET", path, null, null).statusCode()).as(path).isEqualTo(401);
            assertThat(call("GET", path, approver, null).statusCode()).as(path).isEqualTo(403);
        }
        assertThat(call("POST", "/api/operations/" + id + "/cancel", reader, "{}").statusCode()).isEqualTo(403);
        assertThat(call("GET", "/api/operations?access_token=" + reader, null, null).statusCode())
                .as("only streams take it from the query").isEqualTo(401);
        try (EventStream stream = EventStream.open(hub.uri("/api/projects/p/stream?access_token=" + reader))) {
            assertThat(stream.status()).isEqualTo(200);
        }
    }

    @Test
    void listsShowsAndCancelsOperations() throws Exception {
        OperationRun run = operations.start(new NewOperation(NewOperation.newId(), "listed", "nats", "p9", Map.of("mode", "dev")));
        begin("listed", "arc", null).succeed(Map.of("version", "1.2.3"));
        run.step("build", 30, "Building");
        run.log("$ task nats:bin:build");
        run.log("done");
        await().until(() -> get("/api/operations/" + run.id() + "/log").path("lines").size() == 2);

        JsonNode open = get("/api/operations?kind=listed&state=open");
        assertThat(open.path("operations")).hasSize(1);
        JsonNode shown = get("/api/operations/" + run.id());
        assertThat(shown).isEqualTo(open.path("operations").get(0));
        assertThat(shown.path("state").asText() + " " + shown.path("percent").asInt() + " " + shown.path("step").asText())
                .isEqualTo("running 30 build");
        assertThat(shown.at("/attributes/mode").asText()).isEqualTo("dev");
        JsonNode ended = get("/api/operations?kind=listed&state=succeeded,failed").path("operations").get(0);
        assertThat(ended.at("/result/version").asText()).isEqualTo("1.2.3");
        JsonNode page = get("/api/operations?kind=listed&limit=1");
        assertThat(get("/api/operations?kind=listed&before=" + page.path("next").asText()).at("/operations/0/id").asText())
                .isEqualTo(run.id());
        assertThat(get("/api/operations/" + run.id() + "/log?after=1").at("/lines/0/text").asText()).isEqualTo("done");

        HttpResponse<String> cancelled = call("POST", "/api/operations/" + run.id() + "/cancel", token, "{\"reason\":\"wrong branch\"}");
        assertThat(cancelled.statusCode()).isEqualTo(202);
        assertThat(run.cancelReason()).hasValueSatisfying(reason -> assertThat(reason).endsWith(": wrong branch"));
        run.cancel(run.cancelReason().orElseThrow());
        assertThat(call("POST", "/api/operations/" + run.id() + "/cancel", token, null).body()).contains("operation-ended");
        assertThat(call("GET", "/api/operations?state=dead", token, null).body()).contains("invalid-parameter");
        assertThat(get("/api/operations").path("lastEventId").asLong()).isPositive();
    }

    @Test
    void theCommandListsShowsFollowsAndCancels() throws Exception {
        OperationRun run = begin("command", "nats", null);
        run.step("build", 30, "Building");
        run.log("$ task");
        assertThat(command("list", "--kind", "command").out()).contains("nats", "running", "30", "build");
        assertThat(command("show", run.id()).out()).contains("state: running");
        assertThat(command("cancel", run.id(), "--reason", "stop it").out()).contains("asked to stop; it is running");

        Thread end = new Thread(() -> {
            await().until(() -> Meters.of(hub.context()).get("waystation.operations.streams").gauge().value() >= 1);
            run.succeed(Map.of());
        });
        end.start();
        CommandLineRun followed = command("follow", run.id(), "--log");
        end.join();
        assertThat(followed.out()).contains("command_started", "command_progress  30%  build  Building", "command_completed", "$ task");
        assertThat(followed.exitCode()).isZero();
        assertThat(command("show", run.id(), "--log").out()).isEqualToIgnoringNewLines("$ task");
        assertThat(command("follow", "nothing").exitCode()).isEqualTo(5);

        OperationRun failing = begin("command", "arc", null);
        failing.fail("on purpose", Map.of());
        assertThat(command("follow", failing.id()).exitCode()).isEqualTo(1);
    }

    private static CommandLineRun command(String... arguments) {
        List<String> all = new ArrayList<>(List.of("operations"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--data", folder.resolve("data").toString()));
        return CommandLineRun.of(all.toArray(String[]::new));
    }

    @Test
    void whoAsksForTheHeadOfAStreamGetsItAndTakesNoPlace() throws Exception {
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> head = call("HEAD", "/api/operations/stream", token, null);
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.headers().firstValue("content-type")).hasValue("text/event-stream");
        }
        await().atMost(Patience.SOON).untilAsserted(() -> assertThat(call("GET", "/observe/metrics", token, null).body())
                .contains("waystation_operations_streams 0.0"));
    }

    @Test
    void theMetricsCountOperationsAndStreams() throws Exception {
        begin("counted", null, null).succeed(Map.of());
        await().untilAsserted(() -> assertThat(call("GET", "/observe/metrics", token, null).body()).contains(
                "waystation_operations_open{state=\"held\"", "waystation_operations_ended_total{state=\"succeeded\"",
                "waystation_operations_streams", "waystation_operations_events_total", "waystation_operations_stream_events_total"));
    }
}
