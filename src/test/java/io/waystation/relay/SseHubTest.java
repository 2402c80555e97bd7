package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import io.waystation.event.Position;

/** The hub with streams and event loops of the test. */
class SseHubTest {
    private final MemoryHistory history = new MemoryHistory();
    private final AtomicLong clock = new AtomicLong();
    private final ManualExecutor readers = new ManualExecutor();
    private final ManualExecutor loop = new ManualExecutor();
    private final List<FakeStream> ended = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SseHub hub = new SseHub(history, TestStreams.settings(1 << 20, 4 << 20), new RelayMetrics(meters),
            clock::get, readers);

    private FakeStream connect(StreamEncoding encoding, long after) {
        return connect(encoding, after, false);
    }

    private FakeStream connect(StreamEncoding encoding, long after, boolean resumed) {
        FakeStream stream = new FakeStream(loop);
        connect(stream, encoding, after, resumed);
        return stream;
    }

    private void connect(FakeStream stream, StreamEncoding encoding, long after, boolean resumed) {
        long skip = resumed ? hub.poisoned("me", "alpha", after) : 0;
        hub.subscribe(new Subscription("alpha", encoding, true, new Position(TestStreams.MILLIS, after), resumed,
                skip, "me", stream, () -> ended.add(stream)));
    }

    @Test
    void saysOfEveryStreamThatItEndedAlsoOfOneThatWasGoneBeforeItBegan() {
        FakeStream left = connect(StreamEncodings.OWN, 0);
        FakeStream cut = connect(StreamEncodings.OWN, 0);
        FakeStream gone = new FakeStream(loop);
        gone.leave();
        connect(gone, StreamEncodings.OWN, 0, false);
        assertThat(ended).containsExactly(gone);

        left.leave();
        hub.cut("alpha", "readers-changed");
        run();

        assertThat(ended).containsExactlyInAnyOrder(gone, left, cut);
    }

    private void publish(int events, int size) {
        long after = history.tail().offset();
        for (int i = 0; i < events; i++) {
            history.add("alpha", size);
        }
        hub.publish(history.all(after, after + events));
        run();
    }

    private void run() {
        boolean busy = true;
        while (busy) {
            busy = loop.runOne() | readers.runOne();
        }
    }

    private void pass(long seconds) {
        clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
        hub.tend();
        run();
    }

    private static List<Long> offsets(FakeStream stream) {
        return stream.messages().stream().filter(message -> message.name().equals("message"))
                .map(message -> Position.parse(message.lastEventId()).orElseThrow().offset()).toList();
    }

    @Test
    void sendsTheHeadersThatKeepProxiesFromHoldingFramesBack() {
        FakeStream stream = connect(StreamEncodings.SMEE, 0);

        assertThat(stream.headers()).containsEntry("Content-Type", "text/event-stream")
                .containsEntry("Cache-Control", "no-cache, no-transform").containsEntry("X-Accel-Buffering", "no")
                .containsEntry("Access-Control-Allow-Origin", "*");
    }

    @Test
    void wakesALoopOnceForAllItsSubscribersAndFlushesOnce() {
        List<FakeStream> streams = IntStream.range(0, 50)
                .mapToObj(i -> connect(StreamEncodings.SMEE, 0)).toList();
        int flushes = streams.get(0).flushes();
        for (int i = 0; i < 3; i++) {
            history.add("alpha", 10);
        }

        hub.publish(history.all(0, 3));

        assertThat(loop.waiting()).isEqualTo(1);
        run();
        assertThat(streams).allSatisfy(stream -> assertThat(offsets(stream)).containsExactly(1L, 2L, 3L));
        assertThat(streams.get(0).flushes()).isEqualTo(flushes + 1);
        assertThat(meters.get("waystation.relay.deliveries").functionCounter().count()).isEqualTo(150);
    }

    @Test
    void readsNothingForChannelsNobodyFollows() {
        history.add("beta", 10);
        hub.publish(history.all(0, 1));

        assertThat(hub.ringBytes()).isZero();
        assertThat(hub.count("beta")).isZero();
    }

    @Test
    void givesAResumingClientHistoryAndThenTheLiveEvents() {
        connect(StreamEncodings.SMEE, 0);
        publish(5, 10);
        FakeStream resumed = connect(StreamEncodings.SMEE, 2);
        publish(2, 10);

        assertThat(offsets(resumed)).containsExactly(3L, 4L, 5L, 6L, 7L);
        assertThat(history.reads()).isZero();
    }

    @Test
    void sharesOneReadAmongClientsThatResumeTogether() {
        publish(100, 100);
        List<FakeStream> streams = IntStream.range(0, 200)
                .mapToObj(i -> connect(StreamEncodings.SMEE, 50)).toList();
        run();

        assertThat(streams).allSatisfy(stream -> assertThat(offsets(stream)).hasSize(50));
        assertThat(history.reads()).isLessThan(5);
    }

    @Test
    void letsASlowReaderWaitWithoutKeepingItsEvents() {
        FakeStream slow = connect(StreamEncodings.OWN, 0);
        slow.stick(true);
        publish(2_000, 20_000);

        assertThat(slow.queuedBytes()).isLessThan(64 * 1024 + 30_000);
        assertThat(hub.ringBytes()).isLessThanOrEqualTo(1 << 20);
        slow.stick(false);
        run();

        assertThat(offsets(slow)).hasSize(2_000).isSorted().doesNotHaveDuplicates();
        assertThat(slow.mostQueuedBeforeAFrame()).isLessThan(64 * 1024);
    }

    @Test
    void dropsAClientThatTakesNothingForTheStallTimeout() {
        FakeStream dead = connect(StreamEncodings.OWN, 0);
        FakeStream alive = connect(StreamEncodings.OWN, 0);
        dead.stick(true);
        publish(10, 100);

        pass(20);
        assertThat(dead.isAborted()).isFalse();
        pass(31);

        assertThat(dead.isAborted()).isTrue();
        assertThat(alive.isAborted()).isFalse();
        assertThat(hub.count("alpha")).isEqualTo(1);
        assertThat(meters.get("waystation.relay.cuts").tag("reason", "stalled").counter().count()).isEqualTo(1);
    }

    @Test
    void breaksTheSilenceOfIdleStreamsOnly() {
        FakeStream idle = connect(StreamEncodings.GOSMEE, 0);

        pass(13);
        pass(13);

        assertThat(idle.text()).contains(": keepalive\n\n");
        int before = idle.text().length();
        publish(1, 10);
        int after = idle.text().length();
        pass(13);
        assertThat(after).isGreaterThan(before);
        assertThat(idle.text()).hasSize(after);
    }

    @Test
    void saysOnceHowManyEventsAreGone() {
        publish(10, 10);
        history.deleteTo(4);
        FakeStream stream = connect(StreamEncodings.GOSMEE, 0);
        run();

        assertThat(stream.text()).containsOnlyOnce("gosmee-gap").contains("\"lost\":4")
                .contains("\"oldest_id\":\"" + TestStreams.MILLIS + "-5\"");
        assertThat(stream.text()).contains("id: " + TestStreams.MILLIS + "-10");
    }

    @Test
    void saysNothingOfAGapWhereNothingIsLost() {
        publish(3, 10);
        FakeStream stream = connect(StreamEncodings.GOSMEE, 0);
        run();

        assertThat(stream.text()).doesNotContain("gap");
    }

    @Test
    void skipsALargeEventThatKillsTheSameClientAgainAndAgain() {
        publish(1, 10);
        publish(1, 5_000);
        publish(1, 10);
        for (int i = 0; i < 3; i++) {
            FakeStream dying = connect(StreamEncodings.OWN, 1, true);
            run();
            assertThat(offsets(dying)).containsExactly(2L, 3L);
            dying.leave();
        }

        FakeStream stream = connect(StreamEncodings.OWN, 1, true);
        run();

        assertThat(offsets(stream)).containsExactly(3L);
        assertThat(stream.text()).contains("event: gap").contains("\"lost\":1");
    }

    @Test
    void skipsNoOrdinaryEventForManyClientsOfOneKindBehindOneAddress() {
        publish(3, 10);
        for (int i = 0; i < 5; i++) {
            FakeStream another = connect(StreamEncodings.SMEE, 1, true);
            run();
            another.leave();
        }

        FakeStream stream = connect(StreamEncodings.SMEE, 1, true);
        run();

        assertThat(stream.text()).contains("\"n\":2").doesNotContain("gap");
    }

    @Test
    void doesNotTakeAnIdleClientForAPoisonedOne() {
        publish(1, 10);
        for (int i = 0; i < 5; i++) {
            FakeStream idle = connect(StreamEncodings.OWN, 1, true);
            run();
            idle.leave();
        }
        publish(1, 10);

        FakeStream stream = connect(StreamEncodings.OWN, 1, true);
        run();

        assertThat(offsets(stream)).containsExactly(2L);
    }

    @Test
    void forgetsChannelsNobodyFollowsAnyMore() {
        FakeStream stream = connect(StreamEncodings.OWN, 0);
        publish(3, 1_000);
        assertThat(hub.ringBytes()).isPositive();

        stream.leave();
        pass(121);

        assertThat(hub.ringBytes()).isZero();
    }

    @Test
    void dropsEveryStreamOnClose() {
        FakeStream stream = connect(StreamEncodings.OWN, 0);

        hub.close();
        loop.runOne();

        assertThat(stream.isAborted()).isTrue();
        assertThat(meters.get("waystation.relay.cuts").tag("reason", "drain").counter().count()).isEqualTo(1);
    }

    @Test
    void cutsTheOneSubscriberThatFailsAndServesTheOthers() {
        List<FakeStream> streams = IntStream.range(0, 4).mapToObj(i -> connect(StreamEncodings.SMEE, 0)).toList();
        streams.get(1).breakWith(new StackOverflowError("of the test"));

        publish(1, 10);
        publish(1, 10);

        assertThat(streams.get(1).isAborted()).isTrue();
        assertThat(hub.count("alpha")).isEqualTo(3);
        assertThat(List.of(streams.get(0), streams.get(2), streams.get(3)))
                .allSatisfy(stream -> assertThat(offsets(stream)).containsExactly(1L, 2L));
    }
}
