package io.waystation.journal;

import static io.waystation.journal.Events.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.waystation.MovableClock;
import io.waystation.Patience;
import io.waystation.event.Event;
import io.waystation.event.EventBatch;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final Executor SAME_THREAD = Runnable::run;

    @TempDir
    Path folder;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T04:00:00Z"));

    private Journal open() {
        return open(JournalSettings.DEFAULTS, WriteFault.NONE);
    }

    private Journal open(JournalSettings settings, WriteFault fault) {
        return Journal.open(folder, settings, DeliveryIndex.NONE, clock, null, fault);
    }

    private static Appended append(Journal journal, Event event) {
        return journal.append(event, SAME_THREAD).join();
    }

    @Test
    void givesBackExactlyWhatWasAppendedFromMemoryAndFromDisk() {
        Event written = event().randomBody(new Random(1), 3_000).delivery("d-1").build();
        try (Journal journal = open()) {
            Position position = append(journal, written).position();
            assertThat(position).isEqualTo(new Position(clock.millis(), 1));
            assertSame(journal.find(1).orElseThrow(), position, written);
        }
        try (Journal journal = open()) {
            assertSame(journal.find(1).orElseThrow(), new Position(clock.millis(), 1), written);
            assertThat(journal.tail()).isEqualTo(new Position(clock.millis(), 1));
            assertThat(journal.find(2)).isEmpty();
            assertThat(journal.find(0)).isEmpty();
        }
    }

    private static void assertSame(PositionedEvent read, Position position, Event written) {
        assertThat(read.position()).isEqualTo(position);
        assertThat(read.event()).usingRecursiveComparison().isEqualTo(written);
    }

    @Test
    void positionsNeverStepBackWhenTheClockDoes() {
        long before = clock.millis();
        try (Journal journal = open()) {
            append(journal, event().build());
            clock.move(Duration.ofHours(-3));
            assertThat(append(journal, event().build()).position()).isEqualTo(new Position(before, 2));
        }
        clock.move(Duration.ofHours(-3));
        try (Journal journal = open()) {
            assertThat(append(journal, event().build()).position()).isEqualTo(new Position(before, 3));
            clock.move(Duration.ofHours(7));
            assertThat(append(journal, event().build()).position())
                    .isEqualTo(new Position(before + Duration.ofHours(1).toMillis(), 4));
        }
    }

    @Test
    void filtersByTypeSourceChannelAndVerification() {
        try (Journal journal = open()) {
            append(journal, event().type("com.github.push").channel("a").build());
            append(journal, event().type("com.github.release.published").channel("a").build());
            append(journal, event().type("com.github.release.created").channel("b").unverified().build());
            append(journal, event().type("com.gitlab.push").source("/gitlab/x").channel("b").build());
            append(journal, event().type("com.github.push").channel("b").build());

            assertThat(offsets(journal, filter(List.of("com.github.release.*"), List.of(), List.of(), false)))
                    .containsExactly(2L, 3L);
            assertThat(offsets(journal, filter(List.of("com.github.release.*"), List.of(), List.of(), true)))
                    .containsExactly(2L);
            assertThat(offsets(journal, filter(List.of("*.push"), List.of(), List.of(), true)))
                    .containsExactly(1L, 4L, 5L);
            assertThat(offsets(journal, filter(List.of(), List.of("/gitlab/*"), List.of(), false))).containsExactly(4L);
            assertThat(offsets(journal, filter(List.of(), List.of(), List.of("b", "c*"), false)))
                    .containsExactly(3L, 4L, 5L);
        }
    }

    private static EventFilter filter(List<String> types, List<String> sources, List<String> channels, boolean only) {
        return new EventFilter(types, sources, channels, only);
    }

    private static List<Long> offsets(Journal journal, EventFilter filter) {
        EventBatch batch = journal.read(0, filter, 100, 1 << 20);
        assertThat(batch.last()).isEqualTo(journal.tail().offset());
        assertThat(batch.lost()).isZero();
        return batch.events().stream().map(event -> event.position().offset()).toList();
    }

    @Test
    void completesOneTransactionWithOneTaskPerExecutor() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        WriteFault holdFirst = new WriteFault() {
            @Override
            public void beforeCommit() {
                inside.countDown();
                awaitQuietly(held);
            }
        };
        AtomicInteger tasks = new AtomicInteger();
        Executor counting = task -> {
            tasks.incrementAndGet();
            task.run();
        };
        try (Journal journal = open(JournalSettings.DEFAULTS, holdFirst)) {
            List<CompletableFuture<Appended>> appends = new ArrayList<>();
            appends.add(journal.append(event().build(), counting));
            assertThat(inside.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 50; i++) {
                appends.add(journal.append(event().channel("c" + i % 3).build(), counting));
            }
            held.countDown();
            CompletableFuture.allOf(appends.toArray(CompletableFuture[]::new)).join();

            assertThat(tasks).hasValue(2);
            assertThat(journal.statistics().commits()).isEqualTo(2);
            assertThat(appends.stream().map(append -> append.join().position().offset()).distinct()).hasSize(51);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void refusesAtOnceWhenTooManyEventsWait() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        WriteFault hold = new WriteFault() {
            @Override
            public void beforeCommit() {
                inside.countDown();
                awaitQuietly(held);
            }
        };
        try (Journal journal = open(JournalSettings.DEFAULTS.withQueue(3, 1 << 20), hold)) {
            CompletableFuture<Appended> first = journal.append(event().build(), SAME_THREAD);
            assertThat(inside.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            List<CompletableFuture<Appended>> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiting.add(journal.append(event().build(), SAME_THREAD));
            }
            CompletableFuture<Appended> refused = journal.append(event().build(), SAME_THREAD);

            assertThat(refused).isCompletedExceptionally();
            assertThatThrownBy(refused::join).cause().isInstanceOfSatisfying(JournalFullException.class, full -> {
                assertThat(full.code()).isEqualTo(JournalFullException.QUEUE_FULL);
                assertThat(full.retryAfter()).isPositive();
            });
            held.countDown();
            first.join();
            waiting.forEach(CompletableFuture::join);
            assertThat(journal.tail().offset()).isEqualTo(4);
        }
    }

    @Test
    void boundsWhatWaitsByBytesButTakesOneEventOfAnySize() {
        try (Journal journal = open(JournalSettings.DEFAULTS.withQueue(100, 1_000), WriteFault.NONE)) {
            Event large = event().randomBody(new Random(3), 3 << 20).build();
            assertThat(append(journal, large).position().offset()).isEqualTo(1);
            assertThat(journal.find(1).orElseThrow().event().body()).isEqualTo(large.body());
        }
    }

    @Test
    void tellsListenersOfEachCommitUntilTheyStop() throws Exception {
        try (Journal journal = open()) {
            AtomicLong told = new AtomicLong();
            AutoCloseable listening = journal.onCommit(told::set);
            append(journal, event().build());

            Awaitility.await().untilAsserted(() -> assertThat(told).hasValue(1));
            listening.close();
            append(journal, event().build());
            append(journal, event().build());
            assertThat(told).hasValue(1);
        }
    }

    @Test
    void writesWhatWaitsBeforeItClosesAndRefusesLaterAppends() {
        List<CompletableFuture<Appended>> appends = new ArrayList<>();
        Journal journal = open();
        for (int i = 0; i < 500; i++) {
            appends.add(journal.append(event().build(), SAME_THREAD));
        }
        journal.close();

        assertThat(appends).allSatisfy(append -> assertThat(append).isCompleted());
        assertThatThrownBy(() -> append(journal, event().build())).hasRootCauseInstanceOf(JournalFullException.class);
        try (Journal again = open()) {
            assertThat(again.tail().offset()).isEqualTo(500);
        }
    }

    @Test
    void createsAHalfCreatedSegmentAgain() throws Exception {
        try (Journal journal = open()) {
            append(journal, event().build());
        }
        Files.write(folder.resolve("0000000000000000002.db"), new byte[0]);
        try (Journal journal = open()) {
            assertThat(journal.tail().offset()).isEqualTo(1);
            assertThat(append(journal, event().build()).position().offset()).isEqualTo(2);
            assertThat(journal.read(0, EventFilter.ALL, 10, 1 << 20).events()).hasSize(2);
        }
    }

    @Test
    void goesOnBehindWhatTheIndexKnowsWhenTheLogIsGone() {
        MemoryIndex index = new MemoryIndex();
        try (Journal journal = Journal.open(folder.resolve("old"), JournalSettings.DEFAULTS, index, clock)) {
            append(journal, event().build());
            append(journal, event().build());
            index.catchUp(journal);
        }
        try (Journal journal = Journal.open(folder.resolve("new"), JournalSettings.DEFAULTS, index, clock)) {
            assertThat(append(journal, event().build()).position().offset()).isEqualTo(3);
        }
    }
}
