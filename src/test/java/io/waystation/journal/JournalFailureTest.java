package io.waystation.journal;

import static io.waystation.journal.Events.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.waystation.MovableClock;
import io.waystation.SmallDisk;
import io.waystation.event.Event;
import io.waystation.event.EventBatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class JournalFailureTest {
    @TempDir
    Path folder;

    private static Appended append(Journal journal, Event event) {
        return journal.append(event, Runnable::run).join();
    }

    /** Fails one transaction before or after its commit when told to. */
    private static final class Fault implements WriteFault {
        private volatile boolean before;
        private volatile boolean after;
        private volatile Error error;

        @Override
        public void beforeCommit() throws SQLException {
            if (error != null) {
                throw error;
            }
            if (before) {
                throw new SQLiteException("database or disk is full", SQLiteErrorCode.SQLITE_FULL);
            }
        }

        @Override
        public void afterCommit() throws SQLException {
            if (after) {
                after = false;
                throw new SQLiteException("disk I/O error", SQLiteErrorCode.SQLITE_IOERR);
            }
        }
    }

    private static void assertDiskFull(ThrowingCallable append) {
        assertThatThrownBy(append).cause().isInstanceOfSatisfying(JournalFullException.class, full -> {
            assertThat(full.code()).isEqualTo(JournalFullException.DISK_FULL);
            assertThat(full.retryAfter()).isPositive();
        });
    }

    private static Appended appendWhenItRecovers(Journal journal, Event event) {
        return Awaitility.await().ignoreException(CompletionException.class)
                .until(() -> append(journal, event), appended -> true);
    }

    @Test
    void losesNothingWhenTheDiskIsFullAtTheMomentASegmentIsReplaced() throws Exception {
        MovableClock clock = new MovableClock(Instant.parse("2026-11-22T04:00:00Z"));
        try (SmallDisk disk = SmallDisk.in(folder, "6m")) {
            Path log = disk.root().resolve("log");
            try (Journal journal = Journal.open(log, JournalSettings.DEFAULTS, DeliveryIndex.NONE, clock)) {
                append(journal, event().channel("a").build());
                Path ballast = disk.fill("ballast");
                clock.move(JournalSettings.DEFAULTS.segmentAge());
                assertDiskFull(() -> append(journal, event().channel("a").build()));
                Files.delete(ballast);
                assertThat(appendWhenItRecovers(journal, event().channel("a").build()).position().offset()).isEqualTo(2);
            }
            assertNothingIsLostFrom(log, 2, clock);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void findsWhatWasWrittenBesideAnEmptyFileOfAnEarlierFullDisk(boolean replacedSince) throws Exception {
        MovableClock clock = new MovableClock(Instant.parse("2026-11-22T04:00:00Z"));
        try (Journal journal = Journal.open(folder, JournalSettings.DEFAULTS, DeliveryIndex.NONE, clock)) {
            append(journal, event().channel("a").build());
            append(journal, event().channel("a").build());
            clock.move(JournalSettings.DEFAULTS.segmentAge());
            if (replacedSince) {
                append(journal, event().channel("a").build());
            }
        }
        Files.createFile(folder.resolve("0000000000000000002.db"));

        assertNothingIsLostFrom(folder, replacedSince ? 3 : 2, clock);
    }

    private static void assertNothingIsLostFrom(Path log, long last, Clock clock) {
        try (Journal journal = Journal.open(log, JournalSettings.DEFAULTS, DeliveryIndex.NONE, clock)) {
            assertThat(journal.tail().offset()).isEqualTo(last);
            for (long after = 0; after < last; after++) {
                EventBatch batch = journal.read("a", after, 10, 1 << 20);
                assertThat(batch.lost()).isZero();
                assertThat(batch.events()).hasSize((int) (last - after));
                assertThat(journal.find(after + 1)).isPresent();
            }
            assertThat(append(journal, event().channel("a").build()).position().offset()).isEqualTo(last + 1);
        }
    }

    @Test
    void refusesOnAFullDiskAndRecoversByItself() {
        Fault fault = new Fault();
        try (Journal journal = Journal.open(folder, JournalSettings.DEFAULTS, DeliveryIndex.NONE, Clock.systemUTC(),
                null, fault)) {
            append(journal, event().channel("a").build());
            fault.before = true;
            assertDiskFull(() -> append(journal, event().channel("b").build()));
            assertDiskFull(() -> append(journal, event().channel("b").build()));
            assertThat(journal.tail().offset()).isEqualTo(1);
            fault.before = false;
            assertThat(appendWhenItRecovers(journal, event().channel("b").build()).position().offset()).isEqualTo(2);
            EventBatch batch = journal.read(0, EventFilter.ALL, 10, 1 << 20);
            assertThat(batch.events()).extracting(event -> event.event().channel()).containsExactly("a", "b");
            assertThat(batch.lost()).isZero();
        }
    }

    @Test
    void neverReusesTheOffsetsOfATransactionThatOnlySeemedToFail() {
        Fault fault = new Fault();
        MemoryIndex index = new MemoryIndex();
        try (Journal journal = Journal.open(folder, JournalSettings.DEFAULTS, index, Clock.systemUTC(), null, fault)) {
            append(journal, event().build());
            fault.after = true;
            Event unlucky = event().delivery("d-1").build();
            assertDiskFull(() -> append(journal, unlucky));
            assertThat(journal.read(0, EventFilter.ALL, 10, 1 << 20).last()).isEqualTo(1);

            assertThat(appendWhenItRecovers(journal, event().build()).position().offset()).isEqualTo(3);
            assertThat(journal.find(2).orElseThrow().event().id()).isEqualTo(unlucky.id());
            assertThat(append(journal, event().delivery("d-1").build()).position().offset()).isEqualTo(2);
            assertThat(journal.read(0, EventFilter.ALL, 10, 1 << 20).events()).hasSize(3);
        }
    }

    @Test
    void keepsEverythingAcknowledgedOnARealFullDiskAndGoesOnWhenThereIsRoom() throws Exception {
        try (SmallDisk small = SmallDisk.in(folder, "6m")) {
            Path disk = small.root();
            Path ballast = disk.resolve("ballast");
            Files.write(ballast, new byte[2 << 20]);
            Map<Long, String> acknowledged = new HashMap<>();
            JournalSettings settings = JournalSettings.DEFAULTS.withCache(1).withSegments(1 << 20, Duration.ofDays(1));
            try (Journal journal = Journal.open(disk.resolve("log"), settings, DeliveryIndex.NONE, Clock.systemUTC())) {
                fill(journal, acknowledged);
                Files.delete(ballast);
                Event later = event().build();
                acknowledged.put(appendWhenItRecovers(journal, later).position().offset(), later.id());
                assertReadable(journal, acknowledged);
                fill(journal, acknowledged);
                assertReadable(journal, acknowledged);
            }
            try (Journal journal = Journal.open(disk.resolve("log"), settings, DeliveryIndex.NONE, Clock.systemUTC())) {
                assertReadable(journal, acknowledged);
            }
        }
    }

    private static void fill(Journal journal, Map<Long, String> acknowledged) {
        Random random = new Random(11);
        assertDiskFull(() -> {
            for (int i = 0; i < 1_000; i++) {
                Event event = event().randomBody(random, 20_000).build();
                acknowledged.put(append(journal, event).position().offset(), event.id());
            }
        });
        assertThat(acknowledged).isNotEmpty();
    }

    private static void assertReadable(Journal journal, Map<Long, String> acknowledged) {
        acknowledged.forEach((offset, id) ->
                assertThat(journal.find(offset).orElseThrow().event().id()).isEqualTo(id));
    }

    @Test
    void anErrorInTheWriterFailsItsAppendsAndTheLogGoesOn() {
        Fault fault = new Fault();
        try (Journal journal = Journal.open(folder, JournalSettings.DEFAULTS, DeliveryIndex.NONE, Clock.systemUTC(),
                null, fault)) {
            fault.error = new StackOverflowError("of the test");
            assertDiskFull(() -> append(journal, event().channel("a").build()));
            fault.error = null;
            assertThat(appendWhenItRecovers(journal, event().channel("a").build()).position().offset()).isEqualTo(1);
            assertThat(journal.isWriterAlive()).isTrue();
        }
    }

    @Test
    void anErrorInACommitListenerOrACompletionHarmsNobodyElse() {
        try (Journal journal = Journal.open(folder, JournalSettings.DEFAULTS, DeliveryIndex.NONE, Clock.systemUTC())) {
            journal.onCommit(offset -> {
                throw new StackOverflowError("of the test");
            });
            Appended through = journal.append(event().channel("a").build(), task -> {
                throw new StackOverflowError("of the test");
            }).orTimeout(30, TimeUnit.SECONDS).join();
            assertThat(through.position().offset()).isEqualTo(1);
            assertThat(append(journal, event().channel("a").build()).position().offset()).isEqualTo(2);
        }
    }
}
