package io.waystation.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;

import org.apache.camel.Exchange;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds whatever happens: random items, failures, deferrals, cancellations and restarts. The seed is printed. */
class WorkModelTest {
    private static final int ITEMS = 400;
    private static final int KEYS = 9;

    @TempDir
    Path temp;

    private WorkFixture work;
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void losesNothingRunsNothingTwiceAndNeverTwoOfAKeyAtOnce(boolean ordered) throws Exception {
        long seed = System.nanoTime();
        System.out.println("work model: seed " + seed + ", ordered " + ordered);
        Random random = new Random(seed);
        work = WorkFixture.open(temp.resolve("ordered-" + ordered));
        work.store().writeNow(handle -> handle.execute("CREATE TABLE effect (place INTEGER PRIMARY KEY, id TEXT UNIQUE, key TEXT)"));
        String uri = "work:q?concurrency=6&retry=1ms x 3, 5ms x 40&ordered=" + ordered;
        work.route("run", uri, this::run);

        Map<String, List<String>> added = new ConcurrentHashMap<>();
        for (int i = 0; i < ITEMS; i++) {
            String key = "k" + random.nextInt(KEYS);
            added.computeIfAbsent(key, name -> new ArrayList<>()).add(add(key, i, random));
            if (random.nextInt(20) == 0) {
                cancelOne(random.nextInt(i + 1));
            }
            if (i % 150 == 149) {
                work.restart();
                work.route("run", uri, this::run);
            }
        }

        await().untilAsserted(() -> {
            for (ItemState state : List.of(ItemState.WAITING, ItemState.READY, ItemState.RUNNING)) {
                assertThat(work.items().list(WorkFilter.of("q", state, 10))).isEmpty();
            }
        });
        assertThat(violations).isEmpty();
        assertThat(work.items().list(WorkFilter.of("q", ItemState.DEAD, 10))).isEmpty();
        List<String> effects = work.store().read(handle -> handle.createQuery("SELECT id FROM effect ORDER BY place").mapTo(String.class).list());
        assertThat(work.items().list(WorkFilter.of("q", ItemState.SUCCEEDED, 1_000))).extracting(WorkStatus::id)
                .containsExactlyInAnyOrderElementsOf(effects);
        assertThat(effects.size() + work.items().list(WorkFilter.of("q", ItemState.CANCELLED, 1_000)).size()).isEqualTo(ITEMS);
        if (ordered) {
            added.forEach((key, ids) -> assertThat(effects.stream().filter(ids::contains).toList()).as("order of " + key)
                    .isEqualTo(ids.stream().filter(effects::contains).toList()));
        }
        assertThat(work.store().<Long>read(handle -> handle.createQuery("SELECT count(*) FROM work_key").mapTo(Long.class).one()))
                .as("keys are forgotten when they have nothing left").isZero();
        work.close();
    }

    private String add(String key, int number, Random random) {
        String id = "i" + number;
        WorkAddition addition = WorkAddition.of("q", id, key, new byte[random.nextInt(300)]);
        CompletableFuture<Added> first = work.queues().add(addition);
        if (random.nextInt(10) == 0) {
            assertThat(work.queues().add(addition).join().result()).isEqualTo(Added.Result.KNOWN);
        }
        if (random.nextInt(3) == 0) {
            first.join();
        }
        return id;
    }

    private void cancelOne(int number) {
        work.items().find("q", "i" + number).ifPresent(item -> {
            if (work.items().cancel(item.number(), "by chance") == WorkItems.CancelResult.CANCELLED) {
                cancelled.add(item.id());
            }
        });
    }

    private void run(Exchange exchange) {
        WorkItem item = WorkItem.of(exchange);
        if (!running.add(item.key())) {
            violations.add("two items of " + item.key() + " at once");
        }
        if (cancelled.contains(item.id())) {
            violations.add("ran although it was cancelled: " + item.id());
        }
        try {
            int chance = ThreadLocalRandom.current().nextInt(10);
            if (chance == 0) {
                throw new IllegalStateException("by chance");
            }
            if (chance == 1) {
                throw new DeferException(Duration.ofMillis(ThreadLocalRandom.current().nextInt(10)), "by chance");
            }
            if (chance == 2) {
                throw DeferException.wholeKey(Duration.ofMillis(ThreadLocalRandom.current().nextInt(10)), "by chance");
            }
            WorkLease lease = WorkLease.of(exchange).orElseThrow();
            lease.enlist(handle -> handle.execute("INSERT INTO effect (id, key) VALUES (?, ?)", item.id(), item.key()));
        } finally {
            running.remove(item.key());
        }
    }
}
