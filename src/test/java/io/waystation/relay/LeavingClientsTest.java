package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.Patience;

/** Who left early, or never meant to stay, follows nothing. */
class LeavingClientsTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int CLIENTS = 1_000;

    @TempDir
    private static Path data;
    private static HubFixture hub;

    @BeforeAll
    static void start() throws Exception {
        hub = HubFixture.start(data, "waystation.channels.one.open-readers", "true", "waystation.channels.one.subscribers", "1");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static int following(String channel) {
        return hub.bean("sseHub", SseHub.class).count(channel);
    }

    private static double subscribers() {
        return hub.bean(MicrometerConstants.METRICS_REGISTRY_NAME, MeterRegistry.class).get("waystation.relay.subscribers").gauge().value();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/events/one", "/stream/one", "/one"})
    void whoAsksForTheHeadOfAStreamGetsItAndTakesNoPlace(String path) throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpResponse<Void> head = CLIENT.send(HttpRequest.newBuilder(hub.uri(path)).version(version)
                    .header("Accept", "text/event-stream").method("HEAD", HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.discarding());
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.headers().firstValue("content-type")).hasValue("text/event-stream");
            assertThat(head.headers().firstValue("x-accel-buffering")).hasValue("no");
            await().atMost(Patience.SOON).untilAsserted(() -> assertThat(following("one")).isZero());
            assertThat(subscribers()).isZero();
        }
        try (EventStream stream = EventStream.open(hub.uri(path))) {
            assertThat(stream.next(Patience.SOON)).as("the one place is free").isPresent();
        }
        await().atMost(Patience.SOON).until(() -> following("one") == 0);
    }

    @Test
    void whoLeavesWhileItsStreamOpensLeavesNothingBehind() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        log.start();
        root.addAppender(log);
        try {
            for (int i = 0; i < CLIENTS; i++) {
                connectAndLeave(List.of("/events/hasty", "/stream/hasty", "/hasty").get(i % 3), i % 5 * 1_000_000L, i % 2 == 0);
            }
            await().atMost(Patience.SOON).untilAsserted(() -> assertThat(following("hasty")).isZero());
            await().atMost(Patience.SOON).untilAsserted(() -> assertThat(subscribers()).isZero());
        } finally {
            root.detachAppender(log);
        }
        assertThat(List.copyOf(log.list)).filteredOn(line -> line.getLevel().isGreaterOrEqual(Level.ERROR))
                .extracting(ILoggingEvent::getFormattedMessage).isEmpty();
    }

    private static void connectAndLeave(String path, long nanos, boolean reset) throws Exception {
        URI address = hub.uri(path);
        try (Socket client = new Socket(address.getHost(), address.getPort())) {
            if (reset) {
                client.setSoLinger(true, 0);
            }
            client.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: hub\r\nAccept: text/event-stream\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            LockSupport.parkNanos(nanos);
        }
    }
}
