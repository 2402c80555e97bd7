package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Gauge;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.MovableClock;
import io.waystation.Patience;
import io.waystation.channel.ChannelName;
import io.waystation.channel.ChannelPolicy;
import io.waystation.channel.Channels;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.event.Position;
import io.waystation.http.ProblemException;
import io.waystation.journal.Journal;
import io.waystation.store.Meters;
import io.waystation.store.Store;

/** What people without a token can take from the hub has an end. */
class StrangersTest {
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Position START = new Position(1, 0);

    @TempDir
    private static Path data;
    private static HubFixture hub;

    @TempDir
    private Path folder;
    private final String channel = ChannelName.random();

    @BeforeAll
    static void start() throws Exception {
        hub = HubFixture.start(data, "waystation.relay.hold", "300ms", "waystation.relay.readers", "1",
                "waystation.channels.open-bytes-per-day", "10KiB",
                "waystation.channels.full.open-readers", "true", "waystation.channels.full.subscribers", "1",
                "waystation.channels.own.open", "true", "waystation.relay.open-redeliver", "true");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static ChannelPolicy policy(String name) {
        return hub.bean("channels", Channels.class).policy(name).orElseThrow();
    }

    private HttpResponse<String> redeliver(String position) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(hub.uri("/" + channel + "/redeliver"))
                .POST(BodyPublishers.ofString("{\"position\":\"" + position + "\"}")).build(), BodyHandlers.ofString());
    }

    @Test
    void redeliverOnlyUnverifiedAndWithinTheQuotaOfTheStoredBody() throws Exception {
        Event proved = new Event(UUID.randomUUID().toString(), channel, "/github/acme/app", "com.github.push", null,
                Instant.now(), "/github/acme/app", "github:/webhook/app", null, null, "POST", "/webhook/app", null,
                Headers.of("x-github-event", "push"), new byte[6_000]);
        Journal journal = hub.bean("journal", Journal.class);
        String position = journal.append(proved, Runnable::run)
                .orTimeout(Patience.SOON.toSeconds(), TimeUnit.SECONDS).join().position().toString();

        HttpResponse<String> first = redeliver(position);
        HttpResponse<String> second = redeliver(position);

        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        String copy = first.body().replaceAll(".*\"stream_id\":\"([^\"]*)\".*\\n", "$1");
        Event replayed = journal.find(Position.parse(copy).orElseThrow().offset()).orElseThrow().event();
        assertThat(replayed.replayOf()).isEqualTo(proved.id());
        assertThat(replayed.verified()).isEqualTo(Event.UNVERIFIED);
        assertThat(replayed.key()).isEqualTo(channel);
        assertThat(second.statusCode()).isEqualTo(429);
    }

    @Test
    void areRememberedByLittleOfWhatTheySayOfThemselves() {
        String client = StreamRequests.client("10.0.0.1", StreamEncodings.SMEE, "agent" + "x".repeat(30_000));

        assertThat(client).contains("10.0.0.1", "agent").hasSizeLessThan(200);
        assertThat(StreamRequests.client("10.0.0.1", StreamEncodings.SMEE, "")).isNotEqualTo(client);
    }

    @Test
    void doNotHoldUpTheStopByRequestsThatAreHeld() throws Exception {
        HubFixture other = HubFixture.start(folder, "waystation.relay.hold", "10m", "waystation.http.drain-timeout", "10m",
                "waystation.channels.full.open-readers", "true", "waystation.channels.full.subscribers", "1");
        try (EventStream stream = EventStream.open(other.uri("/stream/full"))) {
            Gauge streams = Meters.of(other.context()).get("waystation.http.streams").gauge();
            CompletableFuture<HttpResponse<Void>> held = CLIENT.sendAsync(
                    HttpRequest.newBuilder(other.uri("/stream/full")).build(), BodyHandlers.discarding());
            await().until(() -> streams.value() == 2);

            assertTimeoutPreemptively(Patience.SOON, other::close);
            assertThat(held).failsWithin(Patience.SOON);
        }
    }

    @Test
    void cannotFollowBeyondTheLimitByComingAtOnce() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        hub.bean("sseHub", SseHub.class).readers().execute(() -> awaitQuietly(busy));
        List<CompletableFuture<HttpResponse<java.io.InputStream>>> requests = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            requests.add(CLIENT.sendAsync(HttpRequest.newBuilder(hub.uri("/stream/full")).build(),
                    BodyHandlers.ofInputStream()));
        }
        try {
            await().untilAsserted(() -> assertThat(requests)
                    .filteredOn(CompletableFuture::isCompletedExceptionally).hasSize(3));
        } finally {
            busy.countDown();
        }
        HttpResponse<java.io.InputStream> admitted = requests.stream()
                .filter(request -> !request.isCompletedExceptionally()).findFirst().orElseThrow()
                .get(Patience.SOON.toSeconds(), TimeUnit.SECONDS);

        assertThat(admitted.statusCode()).isEqualTo(200);
        admitted.body().close();
        await().until(() -> hub.bean("sseHub", SseHub.class).count("full") == 0);
        assertThat(CLIENT.send(HttpRequest.newBuilder(hub.uri("/stream/full?cursor=not%20a%20name")).build(),
                BodyHandlers.ofString()).statusCode()).isEqualTo(400);
        try (EventStream stream = EventStream.open(hub.uri("/stream/full"))) {
            assertThat(stream.status()).as("the refused one gave its place back").isEqualTo(200);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void keepFewCursorsOverAllOpenChannelsAndNotForLong() {
        MovableClock clock = new MovableClock(Instant.now());
        Cursors cursors = new Cursors(hub.bean("store", Store.class), clock,
                new CursorLimits(100, Duration.ofDays(30), 2, Duration.ofDays(1)));
        cursors.open(policy("own"), "kept", new Position(5, 3));
        cursors.open(policy(ChannelName.random()), "a", START);
        cursors.open(policy(ChannelName.random()), "a", START);

        assertThatThrownBy(() -> cursors.open(policy(channel), "a", START))
                .isInstanceOfSatisfying(ProblemException.class, problem -> {
                    assertThat(problem.status()).isEqualTo(409);
                    assertThat(problem.code()).isEqualTo("too-many-open-cursors");
                });
        assertThatThrownBy(() -> cursors.acknowledge(policy(channel), "a", START)).isInstanceOf(ProblemException.class);
        cursors.open(policy("own"), "another", START);

        clock.move(Duration.ofHours(25));
        assertThat(cursors.open(policy(channel), "a", START)).isEqualTo(START);
        assertThat(cursors.open(policy("own"), "kept", START)).as("of a defined channel").isEqualTo(new Position(5, 3));
    }
}
