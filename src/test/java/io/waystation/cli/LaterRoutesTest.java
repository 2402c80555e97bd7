package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.apache.camel.Exchange;
import org.apache.camel.Handler;
import org.apache.camel.Route;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.support.RoutePolicySupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.HubFixture;
import io.waystation.Patience;
import io.waystation.event.EventHistory;

/** Webhooks are taken in while the other routes of a hub are still starting. */
@Timeout(200)
class LaterRoutesTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String CALLER = """

            - route:
                id: first-caller
                description: Starts first and calls a route of a file that starts later
                from:
                  uri: platform-http:/v1/first
                  parameters:
                    httpMethodRestrict: POST
                  steps:
                    - to:
                        uri: direct:called
            """;
    private static final String ROUTES = """
            - route:
                id: called
                description: Is called by one that starts first
                from:
                  uri: direct:called
                  steps:
                    - setBody:
                        constant: called
            - beans:
                - name: gate
                  type: io.waystation.cli.LaterRoutesTest$Gate
                - name: seen
                  type: io.waystation.cli.LaterRoutesTest$Seen
            - route:
                id: slow
                description: Takes its time to start
                routePolicy: gate
                from:
                  uri: direct:slow
                  steps:
                    - setBody:
                        constant: unused
            - route:
                id: echo
                description: Answers with what it was sent
                from:
                  uri: platform-http:/echo
                  parameters:
                    httpMethodRestrict: POST
                  steps:
                    - setBody:
                        simple: "echo ${body}"
            - route:
                id: newcomer
                description: Keeps what it sees
                from:
                  uri: kamelet:events-source
                  parameters:
                    group: newcomer
                    verified: any
                  steps:
                    - to:
                        uri: bean:seen
            - templatedRoute:
                routeTemplateRef: source
                routeId: mine
                parameters:
                  - name: address
                    value: /webhook/mine
                  - name: provider
                    value: none
                  - name: channel
                    value: early-source
            """;

    @TempDir
    private Path folder;

    /** Holds the start of its route up. */
    public static final class Gate extends RoutePolicySupport {
        private static volatile CompletableFuture<URI> reached = new CompletableFuture<>();
        private static volatile CompletableFuture<Void> open = new CompletableFuture<>();

        @Override
        public void onInit(Route route) {
            int port = route.getCamelContext().hasService(VertxPlatformHttpServer.class).getPort();
            reached.complete(URI.create("http://127.0.0.1:" + port));
            open.join();
        }
    }

    /** Bodies of the events that a group was handed. */
    public static final class Seen {
        private static final List<String> BODIES = new CopyOnWriteArrayList<>();

        /** Keeps one. */
        @Handler
        public void keep(Exchange exchange) {
            BODIES.add(exchange.getMessage().getBody(String.class));
        }
    }

    @BeforeEach
    void close() {
        Gate.reached = new CompletableFuture<>();
        Gate.open = new CompletableFuture<>();
        Seen.BODIES.clear();
    }

    /** A folder with the built-in routes that start first, and a file of one's own. */
    static Path home(Path home, String mine) throws Exception {
        Files.createDirectories(home.resolve("routes"));
        for (String file : List.of("channels", "errors", "recorder", "relay", "sources")) {
            Files.copy(Path.of("src", "main", "resources", "routes", file + ".camel.yaml"), home.resolve("routes").resolve(file + ".camel.yaml"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        Files.writeString(home.resolve("routes").resolve("recorder.camel.yaml"), CALLER, StandardOpenOption.APPEND);
        Files.writeString(home.resolve("routes").resolve("mine.camel.yaml"), mine);
        return home;
    }

    private CompletableFuture<HubFixture> start(String... settings) throws Exception {
        Path home = home(folder.resolve("home"), ROUTES);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return HubFixture.start(folder.resolve("data"), Optional.of(home), settings);
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        }, task -> new Thread(task, "start").start());
    }

    private static CompletableFuture<HttpResponse<String>> post(URI hub, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(hub.resolve(path)).version(HttpClient.Version.HTTP_1_1)
                .header("Content-Type", "text/plain").POST(BodyPublishers.ofString(body)).build();
        return HTTP.sendAsync(request, BodyHandlers.ofString());
    }

    private static int status(CompletableFuture<HttpResponse<String>> answer) throws Exception {
        return answer.get(Patience.SOON.toSeconds(), TimeUnit.SECONDS).statusCode();
    }

    @Test
    void webhooksAreTakenAndOtherRequestsWaitUntilTheirRoutesAreUp() throws Exception {
        CompletableFuture<HubFixture> starting = start();
        URI address = Gate.reached.get();
        String large = "x".repeat(300_000);
        List<CompletableFuture<HttpResponse<String>>> early = List.of(post(address, "/echo", "hello"), post(address, "/echo", large),
                post(address, "/nobody/is/here", "{}"), post(address, "/events/early-channel-1", "{}"));

        assertThat(status(post(address, "/early-channel-1", "first"))).isEqualTo(202);
        assertThat(status(post(address, "/webhook/mine", "second"))).isEqualTo(202);
        CompletableFuture<HttpResponse<String>> health = HTTP.sendAsync(HttpRequest.newBuilder(address.resolve("/health")).build(),
                BodyHandlers.ofString()); // over HTTP/2 where that is spoken
        assertThat(post(address, "/v1/first", "{}").get(Patience.SOON.toSeconds(), TimeUnit.SECONDS).body()).isEqualTo("called");
        assertThat(starting).isNotDone();
        assertThat(health).isNotDone();
        assertThat(early.subList(0, 3)).as("requests for routes to come").noneMatch(CompletableFuture::isDone);
        assertThat(status(early.get(3))).as("of a route that is up").isEqualTo(405);

        Gate.open.complete(null);
        try (HubFixture hub = starting.get()) {
            assertThat(status(health)).isEqualTo(200);
            assertThat(early.get(0).get().body()).isEqualTo("echo hello");
            assertThat(early.get(1).get().body()).isEqualTo("echo " + large);
            assertThat(status(early.get(2))).isEqualTo(404);
            assertThat(status(post(hub.uri("/"), "/early-channel-1", "third"))).isEqualTo(202);
            Awaitility.await().untilAsserted(() -> assertThat(Seen.BODIES).containsExactly("first", "second", "third"));
        }
    }

    @Test
    void aWebhookOfAStartThatFailsIsKept() throws Exception {
        CompletableFuture<HubFixture> starting = start();
        URI address = Gate.reached.get();
        assertThat(status(post(address, "/early-channel-2", "kept"))).isEqualTo(202);
        CompletableFuture<HttpResponse<String>> waits = post(address, "/echo", "hello");

        Gate.open.completeExceptionally(new IllegalStateException("a route that does not start"));

        assertThatThrownBy(starting::get).hasRootCauseMessage("a route that does not start");
        assertThatThrownBy(() -> post(address, "/early-channel-2", "closed").get()).hasCauseInstanceOf(IOException.class);
        assertThat(waits.handle((answer, dropped) -> answer == null || answer.statusCode() == 503).get()).isTrue();
        Gate.open = CompletableFuture.completedFuture(null);
        try (HubFixture again = start().get()) {
            assertThat(again.bean("journal", EventHistory.class).find(1).orElseThrow().event().body()).asString().isEqualTo("kept");
            Awaitility.await().untilAsserted(() -> assertThat(Seen.BODIES).as("of a group that was not known before").containsExactly("kept"));
        }
    }

    @AfterEach
    void letGo() {
        Gate.open.complete(null);
    }

    @Test
    void noMoreRequestsWaitThanCanBeWorkedOn() throws Exception {
        CompletableFuture<HubFixture> starting = start("waystation.http.pool-size", "1", "waystation.http.pool-queue", "1");
        URI address = Gate.reached.get();
        List<CompletableFuture<HttpResponse<String>>> some = List.of(post(address, "/echo", "1"), post(address, "/echo", "2"),
                post(address, "/echo", "3"));

        Awaitility.await().untilAsserted(() -> assertThat(some).filteredOn(CompletableFuture::isDone).singleElement()
                .satisfies(refused -> {
                    assertThat(refused.get().statusCode()).isEqualTo(503);
                    assertThat(refused.get().headers().firstValue("Retry-After")).isPresent();
                    assertThat(refused.get().body()).contains("\"starting\"");
                }));
        Gate.open.complete(null);
        try (HubFixture hub = starting.get()) {
            for (CompletableFuture<HttpResponse<String>> each : some) {
                assertThat(status(each)).isIn(200, 503);
            }
            assertThat(some).filteredOn(each -> each.join().statusCode() == 200).hasSize(2);
        }
    }

    @Test
    void everyRouteMayStartBeforeThePortOpens() throws Exception {
        CompletableFuture<HubFixture> starting = start("waystation.start.first", "");
        URI address = Gate.reached.get();

        assertThat(address.getPort()).as("port while none is open").isZero();
        assertThat(starting).isNotDone();
        Gate.open.complete(null);
        starting.get().close();
    }
}
