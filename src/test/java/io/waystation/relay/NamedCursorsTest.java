package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.EventStream;
import io.waystation.HubFixture;
import io.waystation.MovableClock;
import io.waystation.Patience;
import io.waystation.channel.ChannelPolicy;
import io.waystation.channel.Channels;
import io.waystation.event.Position;
import io.waystation.store.Store;

/** Places in a channel that the hub keeps for its clients. */
class NamedCursorsTest {
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String[] SETTINGS = {"waystation.channels.jobs.open", "true", "waystation.channels.jobs.open-readers", "true",
        "waystation.relay.cursors", "2"};

    @TempDir
    private Path data;

    @Test
    void moveOnlyForwardAndStandWhereTheyStoodAfterARestart() throws Exception {
        String second;
        String third;
        try (HubFixture hub = HubFixture.start(data, SETTINGS)) {
            String first = append(hub);
            second = append(hub);
            third = append(hub);
            assertThat(acknowledge(hub, first)).isEqualTo(first);
            assertThat(acknowledge(hub, second)).isEqualTo(second);
            assertThat(acknowledge(hub, first)).as("overtaken by a later one").isEqualTo(second);
        }
        try (HubFixture hub = HubFixture.start(data, SETTINGS);
                EventStream stream = EventStream.open(hub.uri("/stream/jobs?cursor=worker"))) {
            assertThat(stream.next(Patience.SOON).orElseThrow().id()).as("where the stream starts").isEqualTo(second);
            assertThat(stream.next(Patience.SOON).orElseThrow().id()).isEqualTo(third);
        }
    }

    @Test
    void areNoMoreThanAChannelMayHaveUntilOneIsForgotten() throws Exception {
        try (HubFixture hub = HubFixture.start(data, SETTINGS)) {
            assertThat(open(hub, "a")).isEqualTo(200);
            assertThat(open(hub, "b")).isEqualTo(200);
            assertThat(open(hub, "c")).as("one too many").isEqualTo(409);
            assertThat(open(hub, "a")).as("one that is there").isEqualTo(200);

            assertThat(at(hub, Duration.ofDays(29)).expire()).isZero();
            assertThat(at(hub, Duration.ofDays(31)).expire()).as("not acknowledged for 30 days").isEqualTo(2);
            assertThat(open(hub, "c")).isEqualTo(200);
        }
    }

    @Test
    void liveOnWhileTheyAreAcknowledged() throws Exception {
        try (HubFixture hub = HubFixture.start(data, SETTINGS)) {
            ChannelPolicy jobs = hub.bean("channels", Channels.class).policy("jobs").orElseThrow();
            Position there = new Position(1, 1);
            at(hub, Duration.ZERO).open(jobs, "worker", there);
            at(hub, Duration.ofDays(20)).acknowledge(jobs, "worker", there);

            assertThat(at(hub, Duration.ofDays(40)).expire()).isZero();
            assertThat(at(hub, Duration.ofDays(51)).expire()).isEqualTo(1);
        }
    }

    @Test
    void liveOnWhileAStreamGoesByThem() throws Exception {
        try (HubFixture hub = HubFixture.start(data, SETTINGS)) {
            ChannelPolicy jobs = hub.bean("channels", Channels.class).policy("jobs").orElseThrow();
            MovableClock clock = new MovableClock(Instant.now());
            Cursors cursors = at(hub, clock);
            cursors.open(jobs, "worker", new Position(1, 1));
            Runnable first = cursors.use("jobs", "worker");
            Runnable second = cursors.use("jobs", "worker");

            clock.move(Duration.ofDays(40));
            first.run();
            first.run();
            assertThat(cursors.expire()).as("a second stream is open").isZero();
            second.run();
            clock.move(Duration.ofDays(40));
            assertThat(cursors.expire()).as("one was open since the last look").isZero();
            clock.move(Duration.ofDays(31));
            assertThat(cursors.expire()).isEqualTo(1);
        }
    }

    @Test
    void areNotKeptInMindForAStreamThatHasNone() throws Exception {
        try (HubFixture hub = HubFixture.start(data, SETTINGS)) {
            ChannelPolicy jobs = hub.bean("channels", Channels.class).policy("jobs").orElseThrow();
            MovableClock clock = new MovableClock(Instant.now());
            Cursors cursors = at(hub, clock);
            cursors.use("jobs", "made-up");
            cursors.open(jobs, "made-up", new Position(1, 1));

            clock.move(Duration.ofDays(31));
            assertThat(cursors.expire()).as("nobody went by it since it is there").isEqualTo(1);
        }
    }

    @Test
    void areNotMadeByWhoOnlyLooksWhetherThereIsAStream() throws Exception {
        try (HubFixture hub = HubFixture.start(data, SETTINGS)) {
            CLIENT.send(HttpRequest.newBuilder(hub.uri("/stream/jobs?cursor=worker")).method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.discarding());

            assertThat(at(hub, Duration.ofDays(31)).expire()).isZero();
        }
    }

    @Test
    void areNotMovedToAPositionOfAnotherLog() throws Exception {
        try (HubFixture hub = HubFixture.start(data, SETTINGS)) {
            Position first = Position.parse(append(hub)).orElseThrow();
            append(hub);

            HttpResponse<String> refused = send(hub, "/stream/jobs/cursors/worker",
                    "{\"position\":\"" + new Position(first.millis() - 1, first.offset()) + "\"}");

            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body()).contains("position-of-another-log");
        }
    }

    private static Cursors at(HubFixture hub, Duration later) {
        return at(hub, new MovableClock(Instant.now().plus(later)));
    }

    private static Cursors at(HubFixture hub, Clock clock) {
        return new Cursors(hub.bean("store", Store.class), clock, new CursorLimits(2, Duration.ofDays(30), 2, Duration.ofDays(1)));
    }

    private static int open(HubFixture hub, String cursor) throws Exception {
        HttpResponse<InputStream> response = CLIENT.send(
                HttpRequest.newBuilder(hub.uri("/stream/jobs?cursor=" + cursor)).header("Accept", "text/event-stream").build(),
                BodyHandlers.ofInputStream());
        response.body().close();
        return response.statusCode();
    }

    private static String append(HubFixture hub) throws Exception {
        return new ObjectMapper().readTree(send(hub, "/jobs", "{}").body()).path("stream_id").asText();
    }

    /** Where the cursor stands then. */
    private static String acknowledge(HubFixture hub, String position) throws Exception {
        String answer = send(hub, "/stream/jobs/cursors/worker", "{\"position\":\"" + position + "\"}").body();
        return new ObjectMapper().readTree(answer).path("position").asText();
    }

    private static HttpResponse<String> send(HubFixture hub, String path, String body) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(hub.uri(path)).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }
}
