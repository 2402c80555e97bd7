package io.waystation.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.waystation.event.EventHeaders;
import io.waystation.store.GroupTransaction;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkComponentTest {
    @TempDir
    Path temp;

    private WorkFixture work;
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() throws Exception {
        work = WorkFixture.open(temp);
    }

    @AfterEach
    void close() throws Exception {
        work.close();
    }

    private void see(Exchange exchange) {
        seen.add(exchange.getMessage().getBody(String.class));
    }

    private void awaitState(String queue, String id, ItemState state) {
        await().untilAsserted(() -> assertThat(work.item(queue, id).state()).isEqualTo(state));
    }

    @Test
    void runsAnItemWithItsBodyKeyCauseAndTheHeadersThatAreKept() throws Exception {
        List<Exchange> received = new CopyOnWriteArrayList<>();
        work.route("run", "work:q", exchange -> received.add(exchange.copy()));

        Exchange added = work.send("work:q?key=${header.subsystem}&headers=CamelCloudEvent*,subsystem,CamelExecCommandArgs", "größe",
                Map.of("subsystem", "nats", EventHeaders.ID, "e1", EventHeaders.TYPE, "push", "CamelExecCommandArgs", "evil"));

        assertThat(added.getException()).isNull();
        assertThat(added.getMessage().getHeader(WorkHeaders.ADDED)).isEqualTo("added");
        await().until(() -> received.size() == 1);
        WorkItem item = WorkItem.of(received.get(0));
        assertThat(item.key()).isEqualTo("nats");
        assertThat(item.causes()).containsExactly("e1");
        assertThat(item.attempt()).isEqualTo(1);
        assertThat(item.id()).isEqualTo(added.getMessage().getHeader(WorkHeaders.ADDED_ID)).startsWith("e1/").endsWith("/nats");
        assertThat(received.get(0).getMessage().getBody(String.class)).isEqualTo("größe");
        assertThat(received.get(0).getMessage().getHeaders()).containsEntry(EventHeaders.TYPE, "push")
                .containsEntry("subsystem", "nats").doesNotContainKey("CamelExecCommandArgs");
        awaitState("q", item.id(), ItemState.SUCCEEDED);
    }

    @Test
    void addingAKnownIdAgainDoesNothingAlsoAfterItHasRunAndAfterARestart() throws Exception {
        work.route("run", "work:q", this::see);
        work.send("work:q?id=one", "first");
        awaitState("q", "one", ItemState.SUCCEEDED);
        work.restart();
        work.route("run", "work:q", this::see);

        Exchange again = work.send("work:q?id=one", "second");
        work.send("work:q?id=two", "third");

        assertThat(again.getMessage().getHeader(WorkHeaders.ADDED)).isEqualTo("known");
        await().untilAsserted(() -> assertThat(seen).containsExactly("first", "third"));
    }

    @Test
    void theSameEventInTheSameRouteIsTheSameItemAndAnotherKeyIsAnother() throws Exception {
        Map<String, Object> event = Map.of(EventHeaders.ID, "e1");
        work.send("work:q?key=a", "", event);
        work.send("work:q?key=a", "", event);
        work.send("work:q?key=b", "", event);

        assertThat(work.items().list(WorkFilter.of("q", null, 10))).extracting(WorkStatus::key).containsExactly("b", "a");
    }

    @Test
    void retriesByTheScheduleThenIsADeadLetterThatCanBeReplayed() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        List<Integer> attempts = new CopyOnWriteArrayList<>();
        work.route("run", "work:q?retry=10ms,20ms x 2", exchange -> {
            attempts.add(WorkItem.of(exchange).attempt());
            if (broken.get()) {
                throw new IllegalStateException("down");
            }
            see(exchange);
        });

        work.send("work:q?id=one", "body");

        awaitState("q", "one", ItemState.DEAD);
        assertThat(attempts).containsExactly(1, 2, 3, 4);
        WorkStatus dead = work.item("q", "one");
        assertThat(dead.reason()).isEqualTo("down");
        assertThat(dead.errorClass()).isEqualTo(IllegalStateException.class.getName());
        assertThat(dead.routeId()).isEqualTo("run");
        assertThat(work.items().content(work.item("q", "one").number()).orElseThrow().body().orElseThrow()).asString().isEqualTo("body");

        broken.set(false);
        assertThat(work.items().replay(work.item("q", "one").number(), "asked by a test")).isTrue();
        awaitState("q", "one", ItemState.SUCCEEDED);
        assertThat(attempts).endsWith(4, 1);
        assertThat(work.items().replay(work.item("q", "one").number(), "again")).isFalse();
    }

    @Test
    void theScheduleOfAnItemWinsOverItsConsumersAndTheRoutesWordOverBoth() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        work.route("run", "work:q?retry=1h", exchange -> {
            if (attempts.incrementAndGet() == 2) {
                exchange.getMessage().setHeader(WorkHeaders.RETRY, "none");
            }
            throw new IllegalStateException("down");
        });

        work.send("work:q?id=one&retry=10ms x 9", "");

        awaitState("q", "one", ItemState.DEAD);
        assertThat(attempts).hasValue(2);
    }

    @Test
    void aWordOnTheNextAttemptThatCannotBeUnderstoodFailsTheAttemptAndNotTheQueue() throws Exception {
        work.route("run", "work:q", exchange -> {
            exchange.getMessage().setHeader(WorkHeaders.RETRY, "soonish");
            throw new IllegalStateException("down");
        });

        work.send("work:q?id=one", "");

        awaitState("q", "one", ItemState.DEAD);
        assertThat(work.item("q", "one").reason()).contains("down").contains("soonish");
    }

    @Test
    void deferringSpendsNoAttempt() throws Exception {
        AtomicInteger times = new AtomicInteger();
        work.route("run", "work:q", exchange -> {
            int time = times.incrementAndGet();
            if (time == 1) {
                throw new DeferException(Duration.ofMillis(30), "the breaker is open");
            }
            if (time == 2) {
                exchange.getMessage().setHeader(WorkHeaders.DEFER_UNTIL, Instant.now().plusMillis(30).toString());
            } else {
                seen.add("attempt " + WorkItem.of(exchange).attempt());
            }
        });

        work.send("work:q?id=one", "");

        awaitState("q", "one", ItemState.SUCCEEDED);
        assertThat(seen).containsExactly("attempt 1");
    }

    @Test
    void aWholeKeyCanBeDeferredAndKeepsItsOrder() throws Exception {
        AtomicBoolean open = new AtomicBoolean();
        AtomicInteger tries = new AtomicInteger();
        work.route("run", "work:q?concurrency=4", exchange -> {
            if (WorkItem.of(exchange).key().equals("down") && !open.get()) {
                tries.incrementAndGet();
                throw DeferException.wholeKey(Duration.ofHours(1), "nobody answers");
            }
            see(exchange);
        });

        for (int i = 0; i < 5; i++) {
            work.send("work:q?key=down", "d" + i);
        }
        work.send("work:q?key=up", "up");

        await().untilAsserted(() -> assertThat(seen).containsExactly("up"));
        assertThat(work.items().list(WorkFilter.of("q", ItemState.READY, 10))).hasSize(5);
        assertThat(tries).hasValue(1);
        open.set(true);
        work.queues().release("q", "down").join();
        await().untilAsserted(() -> assertThat(seen).containsExactly("up", "d0", "d1", "d2", "d3", "d4"));
    }

    @Test
    void anItemThatWaitsForADelayRunsWhenItsTimeHasCome() throws Exception {
        work.route("run", "work:q?concurrency=2", this::see);

        work.send("work:q?delay=400", "late");
        work.send("work:q?delay=1h", "never");
        work.send("work:q", "now");

        await().untilAsserted(() -> assertThat(seen).containsExactly("now", "late"));
        assertThat(work.items().list(WorkFilter.of("q", ItemState.WAITING, 10))).hasSize(1);
    }

    @Test
    void higherPrioritiesGoFirst() throws Exception {
        for (int priority : new int[] {0, 5, -1, 9}) {
            work.send("work:q?key=k" + priority % 2 + "&priority=" + priority, "p" + priority);
        }

        work.route("run", "work:q", this::see);

        await().untilAsserted(() -> assertThat(seen).containsExactly("p9", "p5", "p0", "p-1"));
    }

    @Test
    void failsTheExchangeThatNamesNoUsableItem() {
        Exchange exchange = work.send("work:q?id=${header.absent}", "");
        Exchange huge = work.send("work:q?key=" + "x".repeat(600), "");

        assertThat(exchange.getException()).isNull(); // an empty expression is no id: the default is taken
        assertThat(huge.getException()).hasMessageContaining("the key of a work item has 0 to 512 characters");
    }

    @Test
    void anErrorInAnEffectIsTheFailureOfItsItemOnly() throws Exception {
        work.route("broken", "work:q?retry=none", exchange -> {
            if (exchange.getMessage().getBody(String.class).equals("bad")) {
                WorkLease.of(exchange).orElseThrow().enlist(handle -> {
                    throw new NoClassDefFoundError("on purpose");
                });
            }
        });

        work.send("work:q?id=one", "good");
        work.send("work:q?id=two", "bad");
        work.send("work:q?id=three", "good");

        awaitState("q", "one", ItemState.SUCCEEDED);
        awaitState("q", "two", ItemState.DEAD);
        awaitState("q", "three", ItemState.SUCCEEDED);
    }

    @Test
    void effectsOfAnItemAreCommittedWithItsSuccessOrNotAtAll() throws Exception {
        work.store().writeNow(handle -> handle.execute("CREATE TABLE effect (id TEXT PRIMARY KEY)"));
        AtomicInteger attempts = new AtomicInteger();
        work.route("run", "work:q?retry=10ms", exchange -> {
            WorkLease.of(exchange).orElseThrow().enlist(handle -> handle.execute("INSERT INTO effect VALUES ('x')"));
            if (attempts.incrementAndGet() == 1) {
                throw new IllegalStateException("after the effect was enlisted");
            }
        });
        work.route("twice", "work:twice", exchange -> {
            GroupTransaction transaction = GroupTransaction.of(exchange).orElseThrow();
            transaction.enlist(handle -> handle.execute("INSERT INTO effect VALUES ('y')"));
            transaction.enlist(handle -> handle.execute("INSERT INTO effect VALUES ('y')"));
        });

        work.send("work:q?id=one", "");
        work.send("work:twice?id=two", "");

        awaitState("q", "one", ItemState.SUCCEEDED);
        awaitState("twice", "two", ItemState.DEAD);
        assertThat(work.store().<List<String>>read(handle -> handle.createQuery("SELECT id FROM effect").mapTo(String.class).list()))
                .containsExactly("x");
    }

    @Test
    void whatAnItemAddsToAQueueIsAddedWithItsEnd() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        work.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("work:first?retry=10ms").routeId("first").to("work:second?key=k").process(exchange -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw new IllegalStateException("after the addition");
                    }
                });
                from("work:second").routeId("second").process(WorkComponentTest.this::see);
            }
        });

        work.send("work:first?id=one", "body");

        await().untilAsserted(() -> assertThat(seen).containsExactly("body"));
        assertThat(work.items().list(WorkFilter.of("second", null, 10))).extracting(WorkStatus::id)
                .containsExactly("first/one/first/k");
    }

    @Test
    void anAttemptOverItsTimeLimitIsStoppedAndCountsAsFailed() throws Exception {
        work.route("run", "work:q?timeLimit=100", exchange -> new CountDownLatch(1).await(20, TimeUnit.SECONDS));

        work.send("work:q?id=one", "");

        awaitState("q", "one", ItemState.DEAD);
        assertThat(work.item("q", "one").reason()).isEqualTo("it ran longer than 100 ms");
    }

    @Test
    void anItemThatOverflowsTheStackFailsAndLeavesNothingInFlight() throws Exception {
        work.route("run", "work:q", exchange -> deep(0));

        work.send("work:q?id=one", "");

        awaitState("q", "one", ItemState.DEAD);
        await().untilAsserted(() -> assertThat(work.context().getInflightRepository().size()).isZero()); // a stop waits for them
    }

    private static int deep(int depth) {
        return deep(depth + 1) + 1;
    }

    @Test
    void anObserverIsToldOfEveryStepInOrder() throws Exception {
        AtomicInteger times = new AtomicInteger();
        work.route("run", "work:q?retry=10ms&retryJitter=0", exchange -> {
            int time = times.incrementAndGet();
            if (time == 1) {
                throw new DeferException(Duration.ZERO, "not now");
            }
            if (time == 2) {
                throw new IllegalStateException("down");
            }
            exchange.getMessage().setHeader(WorkHeaders.RESULT, "built");
        });

        Exchange added = work.send("work:q?id=one&operation=update&subject=nats", "");

        awaitState("q", "one", ItemState.SUCCEEDED);
        assertThat(work.observed()).containsExactly("added update nats one", "claimed 1", "deferred not now", "claimed 1",
                "deferred attempt 1 failed, the next one is made after 10ms: down", "claimed 2", "ended SUCCEEDED  built");
        assertThat(work.items().findByOperation(added.getMessage().getHeader(WorkHeaders.OPERATION, String.class)))
                .map(WorkStatus::id).contains("one");
    }

    @Test
    void twoConsumersOfOneQueueAreRefused() throws Exception {
        work.route("run", "work:q", this::see);

        assertThatThrownBy(() -> work.route("again", "work:q?concurrency=2", this::see))
                .hasStackTraceContaining("the queue 'q' has a consumer in this hub already");
    }

    @Test
    void countsWhatHappens() throws Exception {
        work.route("run", "work:q", exchange -> {
            throw new IllegalStateException("down");
        });
        work.send("work:q?id=one", "");
        awaitState("q", "one", ItemState.DEAD);

        await().untilAsserted(() -> assertThat(work.meters().find("waystation.work.items").tag("queue", "q").tag("state", "dead")
                .gauge().value()).isEqualTo(1));
        assertThat(work.meters().find("waystation.work.added").tag("queue", "q").tag("result", "added").counter().count())
                .isEqualTo(1);
        await().untilAsserted(() -> assertThat(work.meters().find("waystation.work.attempts").tag("queue", "q")
                .tag("result", "dead").timer().count()).isEqualTo(1));
    }
}
