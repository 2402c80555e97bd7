package io.waystation.journal;

import static io.waystation.journal.Events.event;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import io.waystation.MovableClock;
import io.waystation.event.EventBatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalRetentionTest {
    /** Every append gets a segment of its own. */
    private static final JournalSettings TINY = JournalSettings.DEFAULTS.withSegments(1, Duration.ofDays(1))
            .withCache(1);

    @TempDir
    Path folder;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T04:00:00Z"));

    private Journal open(JournalSettings settings) {
        return Journal.open(folder, settings, DeliveryIndex.NONE, clock);
    }

    private static void append(Journal journal, String channel) {
        journal.append(event().channel(channel).build(), Runnable::run).join();
    }

    private static List<Long> offsets(EventBatch batch) {
        return batch.events().stream().map(event -> event.position().offset()).toList();
    }

    @Test
    void deletesOldSegmentsButNotWhatAReaderHasPinned() {
        try (Journal journal = open(TINY.withRetention(Duration.ofDays(10), 1L << 40))) {
            for (int i = 0; i < 5; i++) {
                append(journal, "c" + i % 2);
                clock.move(Duration.ofDays(3));
            }
            journal.pin("group:slow", 1);
            journal.retain();
            assertThat(journal.oldestOffset()).isEqualTo(2);
            EventBatch batch = journal.read(0, EventFilter.ALL, 10, 1 << 20);
            assertThat(offsets(batch)).containsExactly(2L, 3L, 4L, 5L);
            assertThat(batch.lost()).isEqualTo(1);
            assertThat(journal.read("c0", 0, 10, 1 << 20).lost()).as("who asks for the oldest that is kept misses nothing").isZero();
            assertThat(journal.read("c1", 0, 10, 1 << 20).lost()).isZero();
            assertThat(journal.find(1)).isEmpty();

            journal.unpin("group:slow");
            clock.move(Duration.ofDays(30));
            journal.retain();
            Awaitility.await().untilAsserted(() -> {
                journal.retain(); // the newest segment is replaced by the writer first
                assertThat(journal.oldestOffset()).isEqualTo(6);
            });
            assertThat(journal.tail().offset()).isEqualTo(5);
        }
        try (Journal journal = open(TINY)) {
            assertThat(journal.tail().offset()).isEqualTo(5);
            append(journal, "c0");
            assertThat(journal.tail().offset()).isEqualTo(6);
            assertThat(journal.read("c1", 2, 10, 1 << 20).lost()).isEqualTo(2);
            assertThat(journal.read("c1", 4, 10, 1 << 20).lost()).isZero();
        }
    }

    @Test
    void sizeLimitWinsOverPinsAndTellsWhoLost() {
        List<Loss> losses = new ArrayList<>();
        JournalSettings settings = TINY.withRetention(Duration.ofDays(100), 1 << 20);
        try (Journal journal = open(settings)) {
            journal.onLoss(losses::add);
            journal.pin("group:slow", 2);
            journal.pin("group:quick", 1_000);
            Random random = new Random(5);
            for (int i = 0; i < 12; i++) {
                journal.append(event().randomBody(random, 300_000).build(), Runnable::run).join();
            }
            Awaitility.await("all but the newest segment are sealed, so that none takes its room twice")
                    .until(() -> journal.statistics().bytes() < 12 * 300_000 + 500_000);
            journal.retain();
            Awaitility.await().untilAsserted(
                    () -> assertThat(journal.statistics().bytes()).isLessThan((1 << 20) + 500_000L));
            assertThat(journal.oldestOffset()).as("all but the newest segment may go, which is empty or not").isBetween(9L, 13L);
            assertThat(losses).isNotEmpty().allSatisfy(loss -> {
                assertThat(loss.reason()).isEqualTo(Loss.MAX_SIZE);
                assertThat(loss.pins()).containsExactly("group:slow");
            });
            assertThat(losses.get(0).first()).isEqualTo(3);
            assertThat(losses.get(losses.size() - 1).last()).isEqualTo(journal.oldestOffset() - 1);
            EventBatch batch = journal.read(2, EventFilter.ALL, 100, 1 << 30);
            assertThat(batch.lost()).isEqualTo(journal.oldestOffset() - 3);
            assertThat(batch.last()).isEqualTo(12);
        }
    }

    @Test
    void readersObeyAChannelsShorterRetentionAlsoAfterARestartAndAClockThatStepsBack() {
        try (Journal journal = open(JournalSettings.DEFAULTS)) {
            journal.retainChannels(
                    channel -> channel.equals("short") ? Optional.of(Duration.ofHours(1)) : Optional.empty());
            append(journal, "short");
            append(journal, "long");
            append(journal, "short");
            clock.move(Duration.ofMinutes(50));
            append(journal, "short");
            clock.move(Duration.ofMinutes(20));
            append(journal, "long");
            journal.retain();
            check(journal);
        }
        clock.move(Duration.ofHours(-5));
        try (Journal journal = open(JournalSettings.DEFAULTS)) {
            check(journal);
        }
    }

    private static void check(Journal journal) {
        assertThat(journal.oldestOffset()).isEqualTo(1);
        assertThat(journal.oldestOffset("short")).isEqualTo(4);
        assertThat(journal.oldestOffset("long")).isEqualTo(1);
        assertThat(offsets(journal.read("short", 0, 10, 1 << 20))).containsExactly(4L);
        assertThat(journal.read("short", 1, 10, 1 << 20).lost()).isEqualTo(2);
        assertThat(journal.read("short", 3, 10, 1 << 20).lost()).isZero();
        EventBatch all = journal.read(0, EventFilter.ALL, 10, 1 << 20);
        assertThat(offsets(all)).containsExactly(2L, 4L, 5L);
        assertThat(all.lost()).isEqualTo(2);
        assertThat(journal.find(3)).isEmpty();
        assertThat(journal.find(4)).isPresent();
    }
}
