package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.event.Position;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SseConsumerTest {
    @TempDir
    private Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> done = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void givesTheRouteTheExactBodyTheAttributesAndTheEvent() throws Exception {
        ScriptedServer server = serve(holding(event(1, "/github/acme/site")));
        List<Exchange> exchanges = new CopyOnWriteArrayList<>();

        start(server, "", exchange -> exchanges.add(exchange.copy()));

        await().until(() -> exchanges.size() == 1);
        Exchange exchange = exchanges.get(0);
        assertThat(exchange.getMessage().getBody()).isInstanceOf(byte[].class);
        assertThat(exchange.getMessage().getBody(String.class)).isEqualTo("body 1");
        assertThat(exchange.getMessage().getHeaders())
                .containsEntry(EventHeaders.ID, "e1")
                .containsEntry(EventHeaders.KEY, "/github/acme/site")
                .containsEntry(EventHeaders.POSITION, new Position(10, 1));
        assertThat(exchange.getMessage().getHeaders().keySet())
                .allMatch(name -> name.startsWith("CamelCloudEvent") || name.startsWith("CamelWaystation"));
        assertThat(exchange.getProperty(EventHeaders.EVENT_PROPERTY, Event.class).headers().first("camelexecargs"))
                .contains("evil");
    }

    @Test
    void keepsThePositionOnlyOfEventsTheRouteIsDoneWithAndGoesOnThereAfterARestart() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        Path state = folder.resolve("sub/state");
        ScriptedServer server = serve(holding(event(1, "a"), event(2, "b"), event(3, "c")));
        DefaultCamelContext context = start(server, "&parallel=3&stateFile=" + state, exchange -> {
            if (id(exchange).equals("e2")) {
                first.await();
            }
            done.add(id(exchange));
        });

        await().untilAsserted(() -> assertThat(done).containsExactlyInAnyOrder("e1", "e3"));
        await().untilAsserted(() -> assertThat(Files.readString(state)).isEqualTo("10-1\n"));
        first.countDown();
        await().untilAsserted(() -> assertThat(Files.readString(state)).isEqualTo("10-3\n"));
        context.stop();
        start(server, "&stateFile=" + state, exchange -> { });

        await().until(() -> server.requests().size() == 2);
        assertThat(server.requests().get(1).header("last-event-id")).isEqualTo("10-3");
    }

    @Test
    void letsTheHubKeepThePositionUnderAName() throws Exception {
        ScriptedServer server = serve(SseConsumerTest::answerAsHub);

        start(server, "&cursor=edge-7&token=secret", exchange -> { });

        await().until(() -> isKept(server, "/stream/c/cursors/edge-7", "10-2"));
        assertThat(server.requests().get(0).target()).isEqualTo("/stream/c?cursor=edge-7");
        assertThat(server.requests()).allMatch(request -> "Bearer secret".equals(request.header("authorization")));
        assertThat(server.requests().get(1).target()).isEqualTo("/stream/c/cursors/edge-7");
    }

    @Test
    void letsTheHubKeepThePositionWhereARedirectLedTo() throws Exception {
        ScriptedServer server = serve((number, request, answer) -> {
            if (request.target().startsWith("/moved/stream/c")) {
                answerAsHub(number, request, answer);
            } else {
                answer.status("301 Moved", "Location: /moved" + request.target());
            }
        });

        start(server, "&cursor=edge-7&token=secret", exchange -> { });

        await().until(() -> isKept(server, "/moved/stream/c/cursors/edge-7", "10-2"));
        assertThat(server.requests()).allMatch(request -> "Bearer secret".equals(request.header("authorization")));
    }

    @Test
    void takesTheTokenToNoOtherServerWithAPosition() throws Exception {
        ScriptedServer other = serve(SseConsumerTest::answerAsHub);
        ScriptedServer server = serve((number, request, answer) ->
                answer.status("307 Elsewhere", "Location: " + other.address("/stream/c?cursor=edge-7&region=eu")));

        start(server, "&cursor=edge-7&token=secret", exchange -> { });

        await().until(() -> isKept(other, "/stream/c/cursors/edge-7?region=eu", "10-2"));
        assertThat(other.requests()).allMatch(request -> request.header("authorization") == null);
        assertThat(server.requests()).allMatch(request -> request.method().equals("GET"));
    }

    private static void answerAsHub(int number, ScriptedServer.Request request, ScriptedServer.Answer answer)
            throws IOException, InterruptedException {
        if (request.method().equals("POST")) {
            answer.status("200 OK");
        } else {
            holding(event(1, "a"), event(2, "a")).answer(number, request, answer);
        }
    }

    private static boolean isKept(ScriptedServer server, String target, String position) {
        return server.requests().stream().anyMatch(request -> request.method().equals("POST") && request.target().equals(target)
                && new String(request.body(), StandardCharsets.UTF_8).equals("{\"position\":\"" + position + "\"}"));
    }

    @Test
    void keepsTheOrderOfEachKeyWhileKeysRunSideBySide() throws Exception {
        List<String> events = new ArrayList<>();
        for (int i = 1; i <= 300; i++) {
            events.add(event(i, "key" + i % 7));
        }
        ScriptedServer server = serve(holding(events.toArray(new String[0])));
        Map<String, List<Integer>> seen = new ConcurrentHashMap<>();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();

        start(server, "&parallel=4", exchange -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.yield();
            seen.computeIfAbsent(exchange.getMessage().getHeader(EventHeaders.KEY, String.class),
                    key -> new CopyOnWriteArrayList<>()).add(Integer.parseInt(id(exchange).substring(1)));
            running.decrementAndGet();
        });

        await().until(() -> seen.values().stream().mapToInt(List::size).sum() == 300);
        assertThat(seen.values()).hasSize(7).allSatisfy(numbers -> assertThat(numbers).isSorted());
        assertThat(most.get()).isBetween(2, 4);
    }

    @Test
    void aStuckKeyHoldsNobodyElse() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        ScriptedServer server = serve(holding(event(1, "stuck"), event(2, "stuck"), event(3, "a"), event(4, "b")));

        start(server, "&parallel=2", exchange -> {
            if (exchange.getMessage().getHeader(EventHeaders.KEY).equals("stuck")) {
                never.await();
            }
            done.add(id(exchange));
        });

        await().untilAsserted(() -> assertThat(done).containsExactly("e3", "e4"));
        never.countDown();
        await().untilAsserted(() -> assertThat(done).containsExactly("e3", "e4", "e1", "e2"));
    }

    @Test
    void givesAnEventAgainUntilTheRouteIsDoneWithItInOrder() throws Exception {
        AtomicInteger failures = new AtomicInteger(2);
        ScriptedServer server = serve(holding(event(1, "a"), event(2, "a")));

        start(server, "&stateFile=" + folder.resolve("state"), exchange -> {
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("not now");
            }
            done.add(id(exchange));
        });

        await().untilAsserted(() -> assertThat(done).containsExactly("e1", "e2"));
        await().untilAsserted(() -> assertThat(Files.readString(folder.resolve("state"))).isEqualTo("10-2\n"));
    }

    @Test
    void givesAnEventAgainThatOverflowedTheStackAndHoldsNobodyElse() throws Exception {
        AtomicInteger failures = new AtomicInteger(2);
        ScriptedServer server = serve(holding(event(1, "a"), event(2, "b"), event(3, "a")));
        DefaultCamelContext context = start(server, "&stateFile=" + folder.resolve("state"), exchange -> {
            if (failures.getAndDecrement() > 0) {
                deep(0);
            }
            done.add(id(exchange));
        });

        await().untilAsserted(() -> assertThat(done).containsExactly("e1", "e2", "e3"));
        await().untilAsserted(() -> assertThat(Files.readString(folder.resolve("state"))).isEqualTo("10-3\n"));
        assertThat(((SseConsumer) context.getRoute("under-test").getConsumer()).inFlight()).isZero();
        assertThat(context.getInflightRepository().size()).isZero(); // a stop waits for them
    }

    private static int deep(int depth) {
        return deep(depth + 1) + 1;
    }

    @Test
    void readsNoFurtherThanItsWindow() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ScriptedServer server = serve(holding(event(1, "a"), event(2, "b"), event(3, "c"), event(4, "d"), event(5, "e")));
        DefaultCamelContext context = start(server, "&parallel=2&maxInFlight=2", exchange -> {
            gate.await();
            done.add(id(exchange));
        });
        SseConsumer consumer = (SseConsumer) context.getRoute("under-test").getConsumer();

        await().until(() -> consumer.inFlight() == 2);
        await().during(java.time.Duration.ofMillis(300)).until(() -> consumer.inFlight() == 2);
        assertThat(consumer.status().snapshot().received()).isEqualTo(3);
        gate.countDown();
        await().until(() -> done.size() == 5);
    }

    @Test
    void leavesWhatItHasNotStartedToTheNextRun() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Path state = folder.resolve("state");
        ScriptedServer server = serve(holding(event(1, "a"), event(2, "a"), event(3, "a")));
        DefaultCamelContext context = start(server, "&stateFile=" + state, exchange -> {
            done.add(id(exchange));
            if (id(exchange).equals("e2")) {
                gate.await();
            }
        });
        await().until(() -> done.size() == 2);

        Thread stopping = new Thread(context::stop);
        stopping.start();
        await().until(() -> context.getRoute("under-test").getConsumer() instanceof SseConsumer consumer
                && consumer.status().snapshot().state().equals("disconnected"));
        gate.countDown();
        stopping.join();

        assertThat(done).containsExactly("e1", "e2");
        assertThat(Files.readString(state)).isEqualTo("10-2\n");
    }

    @Test
    void refusesOptionsThatExcludeEachOther() throws Exception {
        ScriptedServer server = serve(holding());

        assertThatThrownBy(() -> start(server, "&cursor=x&stateFile=y", exchange -> { }))
                .hasRootCauseMessage("cursor and stateFile exclude each other: one of them keeps the position");
    }

    private static String id(Exchange exchange) {
        return exchange.getMessage().getHeader(EventHeaders.ID, String.class);
    }

    private DefaultCamelContext start(ScriptedServer server, String more, Processor step) throws Exception {
        DefaultCamelContext context = new DefaultCamelContext();
        context.getShutdownStrategy().setTimeout(5);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("sse:" + server.address("/c") + "?reconnectDelay=20ms&maximumReconnectDelay=100ms&idleTimeout=30s" + more)
                        .routeId("under-test").process(step);
            }
        });
        open.add(0, context);
        context.start();
        return context;
    }

    private ScriptedServer serve(ScriptedServer.Script script) throws Exception {
        ScriptedServer server = new ScriptedServer(script);
        open.add(server);
        return server;
    }

    private static ScriptedServer.Script holding(String... events) {
        return (number, request, answer) -> {
            answer.stream().raw(": hello\n");
            if (request.header("last-event-id") == null) {
                answer.raw(String.join("", events));
            }
            answer.hold();
        };
    }

    private static String event(int number, String key) {
        String body = Base64.getEncoder().encodeToString(("body " + number).getBytes(StandardCharsets.UTF_8));
        return "id: 10-" + number + "\ndata: {\"id\":\"e" + number + "\",\"source\":\"/s\",\"type\":\"t\",\"key\":\"" + key
                + "\",\"headers\":[[\"CamelExecArgs\",\"evil\"],[\"x\",\"y\"]],\"data_base64\":\"" + body + "\"}\n\n";
    }
}
