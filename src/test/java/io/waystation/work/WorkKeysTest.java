package io.waystation.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.waystation.work.WorkItems.CancelResult;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keys do: rotation, order, coalescing, superseding; and stopping what runs. */
class WorkKeysTest {
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

    private void awaitState(String id, ItemState state) {
        await().untilAsserted(() -> assertThat(work.item("q", id).state()).isEqualTo(state));
    }

    private void addMany(String key, int count) {
        List<CompletableFuture<Added>> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(work.queues().add(WorkAddition.of("q", key + "-" + i, key, (key + i).getBytes())));
        }
        added.forEach(CompletableFuture::join);
    }

    @Test
    void theManyItemsOfOneKeyDelayNoOtherKey() throws Exception {
        addMany("busy", 3_000);
        addMany("quiet", 2);
        addMany("rare", 1);

        work.route("run", "work:q?concurrency=2", this::see);

        await().until(() -> seen.size() > 20);
        assertThat(new ArrayList<>(seen).subList(0, 12)).contains("quiet0", "quiet1", "rare0");
    }

    @Test
    void aKeyRunsNoMoreAtOnceThanItMay() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        addMany("k", 20);
        work.route("run", "work:q?concurrency=10&keyConcurrency=3", exchange -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            release.await(120, TimeUnit.SECONDS);
            now.decrementAndGet();
            see(exchange);
        });

        await().until(() -> now.get() == 3);
        addMany("other", 1);
        await().until(() -> now.get() == 4);
        release.countDown();

        await().until(() -> seen.size() == 21);
        assertThat(most.get()).isLessThanOrEqualTo(4);
    }

    @Test
    void aKeyThatWaitedAsAWholeComesBackWithOneItemAndTheOthersFollowItsSuccess() throws Exception {
        AtomicInteger began = new AtomicInteger();
        AtomicBoolean waited = new AtomicBoolean();
        CountDownLatch release = new CountDownLatch(1);
        holdKeyOnce(() -> DeferException.wholeKey(Duration.ofMillis(300), "the key is left alone"), waited, began, release);

        waited.set(true);

        await().until(() -> began.get() > 0);
        addMany("other", 1);
        await().until(() -> began.get() == 2); // the queue has claimed again meanwhile, and nothing else of the key
        release.countDown();
        await().until(() -> seen.size() == 21);
    }

    @Test
    void aKeyThatHasHadItsShareGoesOnAsBefore() throws Exception {
        AtomicInteger began = new AtomicInteger();
        AtomicBoolean waited = new AtomicBoolean();
        CountDownLatch release = new CountDownLatch(1);
        holdKeyOnce(() -> DeferException.throttled(Instant.now().plusMillis(300), "the key has had its share"), waited, began, release);

        waited.set(true);

        await().until(() -> began.get() == 5); // before any has succeeded
        release.countDown();
        await().until(() -> seen.size() == 20);
    }

    /** Twenty items of one key, which is put off until {@code waited}; then each begins and waits to be released. */
    private void holdKeyOnce(Supplier<DeferException> why, AtomicBoolean waited, AtomicInteger began, CountDownLatch release) throws Exception {
        addMany("k", 20);
        work.route("run", "work:q?concurrency=10&keyConcurrency=5", exchange -> {
            if (!waited.get()) {
                throw why.get();
            }
            began.incrementAndGet();
            release.await(120, TimeUnit.SECONDS);
            see(exchange);
        });
        awaitHeldKey();
    }

    private void awaitHeldKey() {
        await().until(() -> work.store().<Integer>read(handle ->
                handle.createQuery("SELECT count(*) FROM work_key WHERE wait_until IS NOT NULL AND running = 0").mapTo(Integer.class).one()) == 1);
    }

    @Test
    void anItemThatWaitsLetsLaterOnesOfItsKeyPassUnlessTheQueueIsOrdered() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        for (String queue : List.of("free", "ordered")) {
            for (int i = 0; i < 3; i++) {
                work.queues().add(WorkAddition.of(queue, "i" + i, "k", (queue + i).getBytes())).join();
            }
        }
        work.route("free", "work:free?retry=1s x 100", exchange -> failFirst(exchange, broken));
        work.route("ordered", "work:ordered?ordered=true&retry=200ms x 1000", exchange -> failFirst(exchange, broken));

        await().untilAsserted(() -> assertThat(seen).containsExactly("free1", "free2"));
        broken.set(false);
        await().untilAsserted(() -> assertThat(seen).contains("free0").containsSubsequence("ordered0", "ordered1", "ordered2"));
    }

    private void failFirst(Exchange exchange, AtomicBoolean broken) {
        if (exchange.getMessage().getBody(String.class).endsWith("0") && broken.get()) {
            throw new IllegalStateException("down");
        }
        see(exchange);
    }

    @Test
    void waitingItemsOfAKeyCoalesceAndACauseThatComesWhileItRunsMakesOneNewItem() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        List<List<String>> causes = new CopyOnWriteArrayList<>();
        work.route("run", "work:q", exchange -> {
            causes.add(WorkItem.of(exchange).causes());
            see(exchange);
            release.await(120, TimeUnit.SECONDS);
        });
        String uri = "work:q?key=nats&coalesce=LATEST&id=${body}&cause=${body}";
        work.send(uri, "a");
        await().until(() -> causes.size() == 1);

        for (String body : List.of("b", "c", "d", "c")) {
            work.send(uri, body);
        }
        assertThat(work.item("q", "d").id()).isEqualTo("b");
        assertThat(work.item("q", "d").causes()).isEqualTo(3);
        release.countDown();

        await().untilAsserted(() -> assertThat(causes).containsExactly(List.of("a"), List.of("b", "c", "d")));
        assertThat(seen).containsExactly("a", "d");
        awaitState("b", ItemState.SUCCEEDED);
        assertThat(work.send(uri, "c").getMessage().getHeader(WorkHeaders.ADDED)).isEqualTo("known");
    }

    @Test
    void aQuietPeriodGathersWhatComesAndEndsAtItsLongest() throws Exception {
        List<Integer> causes = new CopyOnWriteArrayList<>();
        work.route("run", "work:q?concurrency=4", exchange -> causes.add(WorkItem.of(exchange).causes().size()));
        long start = System.nanoTime();
        int sent = 0;
        while (causes.isEmpty()) {
            work.send("work:q?key=k&coalesce=FIRST&quiet=600&maxWait=1500", "");
            sent++;
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);

        assertThat(took).isGreaterThanOrEqualTo(Duration.ofMillis(1_400));
        int all = sent;
        await().untilAsserted(() -> assertThat(causes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(all));
        assertThat(causes).hasSizeBetween(1, 2);
    }

    @Test
    void aNewerItemSupersedesThoseThatWaitAndStopsTheOneThatRuns() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        work.route("run", "work:q?retry=1h", exchange -> {
            see(exchange);
            if (!"new".equals(exchange.getMessage().getBody(String.class))) {
                never.await(20, TimeUnit.SECONDS);
            }
        });
        work.send("work:q?key=k&id=running", "running");
        await().until(() -> seen.contains("running"));
        work.send("work:q?key=k&id=waiting", "waiting");

        work.send("work:q?key=k&id=new&supersede=RUNNING", "new");

        awaitState("new", ItemState.SUCCEEDED);
        assertThat(work.item("q", "running").state()).isEqualTo(ItemState.SUPERSEDED);
        assertThat(work.item("q", "waiting").state()).isEqualTo(ItemState.SUPERSEDED);
        assertThat(work.item("q", "running").reason()).isEqualTo("a newer item took its place: new");
        assertThat(seen).containsExactly("running", "new");
    }

    @Test
    void cancellingEndsAWaitingItemAtOnceAndInterruptsARunningOne() throws Exception {
        List<WorkLease> leases = new CopyOnWriteArrayList<>();
        work.route("run", "work:q?retry=1h", exchange -> {
            leases.add(WorkLease.of(exchange).orElseThrow());
            new CountDownLatch(1).await(20, TimeUnit.SECONDS);
        });
        work.send("work:q?key=k&id=running&operation=build", "");
        work.send("work:q?key=k&id=waiting", "");
        await().until(() -> leases.size() == 1);
        assertThat(leases.get(0).<Integer>write(handle -> 1)).isEqualTo(1);

        assertThat(work.items().cancel(work.item("q", "waiting").number(), "not needed")).isEqualTo(CancelResult.CANCELLED);
        assertThat(work.items().cancel(work.item("q", "running").number(), "not needed")).isEqualTo(CancelResult.STOPPING);

        awaitState("running", ItemState.CANCELLED);
        assertThat(work.item("q", "waiting").state()).isEqualTo(ItemState.CANCELLED);
        assertThat(work.observed()).endsWith("ended CANCELLED not needed null");
        assertThat(leases.get(0).isHeld()).isFalse();
        assertThatThrownBy(() -> leases.get(0).write(handle -> 1))
                .isInstanceOf(LeaseLostException.class);
        assertThat(work.items().cancel(work.item("q", "running").number(), "again")).isEqualTo(CancelResult.ENDED);
        assertThat(work.items().cancel(4711, "again")).isEqualTo(CancelResult.UNKNOWN);
    }

    @Test
    void aShieldedAttemptCannotBeCancelledOrSuperseded() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        work.route("run", "work:q", exchange -> {
            WorkLease.of(exchange).orElseThrow().shield();
            see(exchange);
            release.await(120, TimeUnit.SECONDS);
        });
        work.send("work:q?key=k&id=one", "one");
        await().until(() -> seen.contains("one"));

        assertThat(work.items().cancel(work.item("q", "one").number(), "too late")).isEqualTo(CancelResult.REFUSED);
        work.send("work:q?key=k&id=two&supersede=RUNNING", "two");
        release.countDown();

        awaitState("one", ItemState.SUCCEEDED);
        awaitState("two", ItemState.SUCCEEDED);
    }

    @Test
    void aRouteMayEndItsItemAsCancelled() throws Exception {
        work.route("run", "work:q?retry=1h", exchange -> {
            throw new CancelledException("nothing to do");
        });

        work.send("work:q?id=one", "");

        awaitState("one", ItemState.CANCELLED);
        assertThat(work.item("q", "one").reason()).isEqualTo("nothing to do");
    }

    @Test
    void itemsOfAnAsynchronousRouteHoldNoThread() throws Exception {
        List<AsyncCallback> callbacks = new CopyOnWriteArrayList<>();
        work.route("run", "work:q?concurrency=400", new AsyncProcessorSupport() {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                callbacks.add(callback);
                return false;
            }
        });
        List<CompletableFuture<Added>> added = new ArrayList<>();
        for (int i = 0; i < 450; i++) {
            added.add(work.queues().add(WorkAddition.of("q", "i" + i, "k" + i, new byte[0])));
        }
        added.forEach(CompletableFuture::join);

        await().until(() -> callbacks.size() == 400);
        assertThat(work.items().status("q").count(ItemState.RUNNING)).isEqualTo(400);
        assertThat(Thread.getAllStackTraces().keySet()).filteredOn(thread -> thread.getName().contains("work-q")
                && thread.getState() == Thread.State.RUNNABLE).isEmpty();
        callbacks.forEach(callback -> callback.done(false));
        await().until(() -> callbacks.size() == 450);
        callbacks.subList(400, 450).forEach(callback -> callback.done(false));
        await().until(() -> work.items().list(WorkFilter.of("q", ItemState.SUCCEEDED, 1_000)).size() == 450);
    }

    @Test
    void leasesOfAProcessThatEndedAreFreeAtOnceAndItsWritesChangeNothing() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        work.route("run", "work:q?concurrency=8", exchange -> release.await(120, TimeUnit.SECONDS));
        addMany("a", 1);
        addMany("b", 1);
        await().until(() -> work.items().status("q").count(ItemState.RUNNING) == 2);
        WorkFixture dead = work;
        dead.crash();
        work = WorkFixture.open(temp);

        assertThat(work.item("q", "a-0").state()).isEqualTo(ItemState.READY);
        assertThat(work.item("q", "a-0").lost()).isEqualTo(1);
        work.route("run", "work:q?concurrency=8", exchange -> seen.add("attempt " + WorkItem.of(exchange).attempt()));

        awaitState("a-0", ItemState.SUCCEEDED);
        awaitState("b-0", ItemState.SUCCEEDED);
        assertThat(seen).containsExactly("attempt 1", "attempt 1");
        release.countDown();
        dead.bury();
    }

    @Test
    void anItemThatEndsItsProcessTooOftenBecomesADeadLetter() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        addMany("k", 1);
        List<WorkFixture> dead = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            work.route("run", "work:q?maxLost=2", exchange -> release.await(120, TimeUnit.SECONDS));
            await().until(() -> work.item("q", "k-0").state() == ItemState.RUNNING);
            dead.add(work);
            work.crash();
            work = WorkFixture.open(temp);
        }

        work.route("run", "work:q?maxLost=2", this::see);

        awaitState("k-0", ItemState.DEAD);
        assertThat(work.item("q", "k-0").reason()).isEqualTo("the hub ended 3 times while it ran");
        release.countDown();
        for (WorkFixture each : dead) {
            each.bury();
        }
    }

    @Test
    void stoppingARouteSpendsNoAttemptOfWhatRuns() throws Exception {
        work.route("run", "work:q", exchange -> {
            see(exchange);
            new CountDownLatch(1).await(60, TimeUnit.SECONDS);
        });
        addMany("k", 1);
        await().until(() -> seen.size() == 1);

        work.context().getRouteController().stopRoute("run");

        awaitState("k-0", ItemState.READY);
        assertThat(work.item("q", "k-0").attempt()).isZero();
        assertThat(work.item("q", "k-0").lost()).isZero();
    }
}
