package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpServer;
import io.waystation.relay.ScriptedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A command that follows an operation ends when the operation does. */
class OperationFollowerTest {
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void endsWithTheLastEventThoughTheStreamStaysOpen() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        HttpServer hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.setExecutor(Executors.newCachedThreadPool());
        hub.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(("id: 1\nevent: delivery_replay_completed\ndata: {\"operationId\":\"op\",\"timestamp\":\"now\","
                    + "\"state\":\"succeeded\"}\n\n").getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            try {
                over.await(2, TimeUnit.MINUTES);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        hub.start();
        try {
            StringWriter said = new StringWriter();
            HubClient client = new HubClient(URI.create("http://127.0.0.1:" + hub.getAddress().getPort()), "token", false);

            assertThat(new OperationFollower(client, "/api/operations/op", new PrintWriter(said)).untilItEnds().path("state").asText())
                    .isEqualTo("succeeded");
            assertThat(said.toString()).contains("delivery_replay_completed");
        } finally {
            over.countDown();
            hub.stop(0);
        }
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void asksAgainWhenTheHubFallsSilent() throws Exception {
        try (ScriptedServer hub = new ScriptedServer((number, request, answer) -> {
            if (number == 1) {
                answer.hold(); // not even a head
            }
            answer.stream().raw(number == 2 ? event(1, "running") : event(2, "succeeded"));
            answer.hold();
        })) {
            HubClient client = new HubClient(hub.address(""), "token", false);
            StringWriter said = new StringWriter();

            new OperationFollower(client, "/api/operations/op", new PrintWriter(said), Duration.ofMillis(500)).untilItEnds();

            assertThat(said.toString()).contains("e1").contains("e2");
            assertThat(hub.requests().get(2).header("last-event-id")).isEqualTo("1");
        }
    }

    private static String event(int number, String state) {
        return "id: " + number + "\nevent: e" + number + "\ndata: {\"operationId\":\"op\",\"timestamp\":\"now\",\"state\":\"" + state + "\"}\n\n";
    }
}
