package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import org.apache.camel.Route;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.Counter;
import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.Patience;
import io.waystation.store.Meters;
import org.slf4j.LoggerFactory;

/** Route files edited while the hub runs. */
class RouteReloadTest {
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private static Path folder;
    private static HubFixture hub;
    private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();

    @BeforeAll
    static void start() throws Exception {
        Path home = folder.resolve("home");
        copy(Path.of("src", "main", "resources", "routes"), home.resolve("routes"));
        copy(Path.of("kamelets"), home.resolve("kamelets"));
        Files.writeString(home.resolve("application.properties"), "waystation.channels.open-burst=499\n");
        write("hello.camel.yaml", hello("hello", "one"));
        LOG.start();
        ((Logger) LoggerFactory.getLogger(RouteReload.class)).addAppender(LOG);
        hub = HubFixture.start(folder.resolve("data"), Optional.of(home), "waystation.reload", "true");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static void copy(Path from, Path to) throws Exception {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static Path write(String file, String text) throws Exception {
        return Files.writeString(folder.resolve("home").resolve("routes").resolve(file), text);
    }

    private static String hello(String id, String answer) {
        return """
                - route:
                    id: %s
                    description: Says hello
                    from:
                      uri: platform-http:/v1/%s
                      steps:
                        - setBody:
                            expression:
                              constant:
                                expression: "%s"
                """.formatted(id, id, answer);
    }

    private static String get(String path) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(hub.uri(path)).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    private static void eventually(Callable<Boolean> condition) {
        Awaitility.await().pollInterval(Duration.ofMillis(50)).until(condition);
    }

    private static boolean logged(String text) {
        return Stream.of(LOG.list.toArray(ILoggingEvent[]::new)).anyMatch(event -> event.getFormattedMessage().contains(text));
    }

    @Test
    void onlyTheEditedFilesRoutesRestart() throws Exception {
        Map<String, Route> before = routes();

        write("hello.camel.yaml", hello("hello", "two"));

        eventually(() -> get("/v1/hello").equals("two"));
        Map<String, Route> after = routes();
        assertThat(after.remove("hello")).isNotSameAs(before.remove("hello"));
        before.remove("late");
        after.remove("late");
        assertThat(after).containsAllEntriesOf(before);
    }

    private static Map<String, Route> routes() {
        Map<String, Route> routes = new java.util.TreeMap<>();
        hub.context().getRoutes().forEach(route -> routes.put(route.getRouteId(), route));
        return routes;
    }

    @Test
    void aFileThatDoesNotParseIsRefusedWithItsLineAndTheOldRouteGoesOn() throws Exception {
        write("parse.camel.yaml", hello("parse", "still here"));
        eventually(() -> get("/v1/parse").equals("still here"));

        write("parse.camel.yaml", hello("parse", "still here").replace("setBody:", "setBoddy:"));

        eventually(() -> logged("parse.camel.yaml is refused"));
        assertThat(LOG.list).anySatisfy(event -> assertThat(event.getFormattedMessage())
                .startsWith("parse.camel.yaml is refused").contains("line 7").contains("setBoddy"));
        assertThat(get("/v1/parse")).isEqualTo("still here");
    }

    @Test
    void aFileThatParsesAndDoesNotStartIsTakenBack() throws Exception {
        write("start.camel.yaml", hello("start", "kept"));
        eventually(() -> get("/v1/start").equals("kept"));

        write("start.camel.yaml", hello("start", "kept").replace("platform-http:/v1/start", "platform-http:/v1/start?noSuchOption=1"));

        eventually(() -> logged("start.camel.yaml does not start"));
        eventually(() -> get("/v1/start").equals("kept"));
    }

    @Test
    void aParameterThatAKameletDoesNotHaveIsTakenBack() throws Exception {
        String reader = """
                - route:
                    id: reader
                    description: Reads events
                    from:
                      uri: kamelet:events-source/reader-events
                      parameters:
                        group: reader
                      steps:
                        - to:
                            uri: log:reader
                """;
        write("reader.camel.yaml", reader);
        eventually(() -> logged("reader.camel.yaml is reloaded"));

        write("reader.camel.yaml", reader.replace("group: reader", "group: reader\n        bogus: 1"));

        eventually(() -> logged("reader.camel.yaml does not start and is taken back: route reader: kamelet:events-source has no parameter 'bogus'"));
        eventually(() -> hub.context().getRoute("reader") != null && hub.context().getRoute("reader-events") != null);
    }

    @Test
    void aParameterThatATemplateDoesNotHaveIsRefusedAndTheOldRouteGoesOn() throws Exception {
        String source = """
                - templatedRoute:
                    routeTemplateRef: source
                    routeId: guarded
                    prefixId: guarded
                    parameters: [{name: address, value: /webhook/guarded}, {name: provider, value: none}, {name: channel, value: guarded}%s]
                """;
        write("guarded.camel.yaml", source.formatted(""));
        eventually(() -> post("/webhook/guarded") == 202);

        write("guarded.camel.yaml", source.formatted(", {name: alow, value: 10.0.0.0/8}"));

        eventually(() -> logged("guarded.camel.yaml is refused"));
        assertThat(LOG.list).anySatisfy(event -> assertThat(event.getFormattedMessage())
                .startsWith("guarded.camel.yaml is refused").contains("route guarded", "no parameter 'alow'; did you mean allow?"));
        assertThat(post("/webhook/guarded")).isEqualTo(202);
    }

    @Test
    void aNewFileStartsAndARemovedOneStops() throws Exception {
        Path file = write("late.camel.yaml", hello("late", "here"));
        eventually(() -> get("/v1/late").equals("here"));

        Files.delete(file);

        eventually(() -> hub.context().getRoute("late") == null);
    }

    @Test
    void aTemplatedSourceFollowsItsFile() throws Exception {
        String stanza = """
                - templatedRoute:
                    routeTemplateRef: source
                    routeId: source-%1$s
                    prefixId: %1$s
                    parameters:
                      - {name: address, value: /webhook/%1$s}
                      - {name: provider, value: none}
                      - {name: channel, value: %1$s}
                """;
        write("mine.camel.yaml", stanza.formatted("first"));
        eventually(() -> post("/webhook/first") == 202);

        write("mine.camel.yaml", stanza.formatted("second"));

        eventually(() -> post("/webhook/second") == 202);
        assertThat(hub.context().getRoute("source-first")).isNull();
    }

    @Test
    void postsAndStreamsGoOnAndMetersKeepCountingWhileARouteIsReloaded() throws Exception {
        write("busy.camel.yaml", hello("busy", "0"));
        eventually(() -> get("/v1/busy").equals("0"));
        double counted = exchanges("busy");
        List<Integer> statuses = new CopyOnWriteArrayList<>();
        AtomicBoolean going = new AtomicBoolean(true);
        try (EventStream stream = EventStream.open(hub.uri("/stream/reloading"))) {
            assertThat(stream.next(Patience.SOON).orElseThrow().event()).isEqualTo("ready");
            CompletableFuture<Void> posting = CompletableFuture.runAsync(() -> {
                while (going.get()) {
                    statuses.add(postQuietly("/reloading"));
                    LockSupport.parkNanos(25_000_000); // within the quota of an open channel
                }
            });

            for (String version : List.of("1", "2", "3")) {
                write("busy.camel.yaml", hello("busy", version));
                eventually(() -> get("/v1/busy").equals(version));
            }
            going.set(false);
            posting.join();

            assertThat(statuses).isNotEmpty().containsOnly(202);
            long before = 0;
            for (int i = 0; i < statuses.size(); i++) {
                String id = stream.next(Patience.SOON).orElseThrow().id();
                long offset = Long.parseLong(id.substring(id.indexOf('-') + 1));
                assertThat(offset).isGreaterThan(before);
                before = offset;
            }
        }
        assertThat(exchanges("busy")).isGreaterThanOrEqualTo(counted + 3);
    }

    private static int postQuietly(String path) {
        try {
            return post(path);
        } catch (Exception failed) {
            return -1;
        }
    }

    private static double exchanges(String route) {
        return Meters.of(hub.context()).get("camel.exchanges.total").tag("routeId", route).counters().stream()
                .mapToDouble(Counter::count).max().orElse(0);
    }

    private static int post(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(hub.uri(path)).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
        return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Test
    void changedSettingsAreReported() throws Exception {
        Files.writeString(folder.resolve("home").resolve("application.properties"), "waystation.channels.open-burst=498\n");

        eventually(() -> logged("application.properties has changed; restart the hub"));
    }
}
