package io.waystation.journal;

import static io.waystation.journal.Events.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

import io.waystation.MovableClock;
import io.waystation.SmallDisk;
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
        return open(folder, settings);
    }

    private Journal open(Path log, JournalSettings settings) {
        return Journal.open(log, settings, DeliveryIndex.NONE, clock);
    }

    private static void append(Journal journal, String channel) {
        journal.append(event().channel(channel).build(), Runnable::run).join();
    }

    private static long segmentFiles(Path log) throws IOException {
        try (Stream<Path> files = Files.list(log)) {
            return files.filter(file -> file.toString().endsWith(".db")).count();
        }
    }

    /** Lets the marks of channels not be written, as on a full disk, until what it returns is deleted. */
    private Path refuseMarks() throws IOException {
        return Files.createFile(Files.createDirectory(folder.resolve("low-water.new")).resolve("in-the-way"));
    }

    private void acceptMarks(Path inTheWay) throws IOException {
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
    }

    private static List<Long> offsets(EventBatch batch) {
        return batch.events().stream().map(event -> event.position().offset()).toList();
    }

    @Test
    void deletesOldSegmentsButNotWhatAReaderHasPinned() {
        try (Journal journal = open(TINY.withRetention(Duration.ofDays(10), 1L << 40))) {
            journal.pin("group:slow", 1); // not later: a new segment lets retention run by itself
            for (int i = 0; i < 5; i++) {
                append(journal, "c" + i % 2);
                clock.move(Duration.ofDays(3));
            }
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

    @Test
    void makesRoomByItselfOnADiskThatIsFullToTheLastByte() throws Exception {
        JournalSettings settings = JournalSettings.DEFAULTS.withSegments(2 << 20, Duration.ofDays(1))
                .withRetention(Duration.ofDays(10), 1L << 40).withCache(1);
        try (SmallDisk disk = SmallDisk.in(folder, "24m")) {
            Path log = disk.root().resolve("log");
            Random random = new Random(1);
            long last;
            try (Journal journal = open(log, settings)) {
                assertThatThrownBy(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        journal.append(event().channel("c").randomBody(random, 100_000).build(), Runnable::run).join();
                    }
                }).hasCauseInstanceOf(JournalFullException.class);
                disk.fill("ballast");
                clock.move(Duration.ofDays(30));

                last = Awaitility.await("an append is accepted, although nobody made room").ignoreException(CompletionException.class)
                        .until(() -> journal.append(event().channel("c").randomBody(random, 100_000).build(), Runnable::run).join(),
                                appended -> true).position().offset();

                Awaitility.await("every file that was deleted is gone, and no other").untilAsserted(() ->
                        assertThat(segmentFiles(log)).isEqualTo(journal.statistics().segments()));
                assertThat(journal.oldestOffset()).isGreaterThan(1);
            }
            try (Journal journal = open(log, settings)) {
                assertThat(journal.find(last)).isPresent();
                assertThat(journal.read("c", 1, 1_000, 1 << 30).lost()).isEqualTo(journal.oldestOffset() - 2).isPositive();
            }
        }
    }

    @Test
    void deletesSegmentsAlsoWhenTheMarksOfChannelsCannotBeWrittenAndWritesThemLater() throws Exception {
        JournalSettings settings = TINY.withRetention(Duration.ofDays(10), 1L << 40);
        try (Journal journal = open(settings)) {
            appendOldAndNew(journal);
            Path inTheWay = refuseMarks();
            clock.move(Duration.ofDays(5));
            journal.retain();

            assertThat(journal.oldestOffset()).isEqualTo(3);
            assertThat(folder.resolve("0000000000000000001.db")).doesNotExist();
            assertThat(folder.resolve("0000000000000000002.db")).doesNotExist();
            assertThat(journal.read("old", 1, 10, 1 << 20).lost()).isEqualTo(1);

            acceptMarks(inTheWay);
            journal.retain();
        }
        try (Journal journal = open(settings)) {
            assertThat(journal.read("old", 1, 10, 1 << 20).lost()).isEqualTo(1);
            assertThat(journal.read("new", 0, 10, 1 << 20).lost()).isZero();
        }
    }

    @Test
    void aHubThatEndsBeforeItCouldWriteTheMarksHidesNoLossAfterwards() throws Exception {
        JournalSettings settings = TINY.withRetention(Duration.ofDays(10), 1L << 40);
        Path inTheWay;
        try (Journal journal = open(settings)) {
            appendOldAndNew(journal);
            journal.pin("group:slow", 1);
            clock.move(Duration.ofDays(5));
            journal.retain(); // writes down what is gone so far
            inTheWay = refuseMarks();
            journal.unpin("group:slow");
            journal.retain();
            assertThat(journal.oldestOffset()).isEqualTo(3);
        }
        acceptMarks(inTheWay); // not before: retention runs by itself too
        for (int start = 0; start < 2; start++) {
            try (Journal journal = open(settings)) {
                assertThat(journal.read("old", 1, 10, 1 << 20).lost()).as("its second event").isEqualTo(1);
                assertThat(journal.read("new", 1, 10, 1 << 20).lost()).as("nobody knows better").isEqualTo(1);
                assertThat(offsets(journal.read("new", 1, 10, 1 << 20))).containsExactly(3L);
                assertThat(journal.read("new", 2, 10, 1 << 20).lost()).isZero();
                journal.retain();
            }
        }
    }

    @Test
    void triesASegmentAgainThatCouldNotBeDeleted() throws Exception {
        JournalSettings settings = TINY.withRetention(Duration.ofDays(10), 1L << 40);
        try (Journal journal = open(settings)) {
            appendOldAndNew(journal);
        }
        Segments segments = Segments.in(folder);
        try (SegmentReaders readers = new SegmentReaders()) {
            Retention retention = retention(segments, readers, settings);
            retention.run(); // learns how old the events are
            readers.evict(segments.all().get(0));
            Path segment = folder.resolve("0000000000000000001.db");
            Files.delete(segment);
            Path inTheWay = Files.createFile(Files.createDirectory(segment).resolve("in-the-way"));
            clock.move(Duration.ofDays(5));
            retention.run();
            assertThat(segment).as("cannot be deleted").isDirectory();
            assertThat(segments.oldestOffset()).isEqualTo(1);

            Files.delete(inTheWay);
            retention.run();

            assertThat(segment).doesNotExist();
            assertThat(segments.oldestOffset()).isEqualTo(3);
        }
    }

    /** Retention that runs only when it is asked to: a log's own also runs at each new segment. */
    private Retention retention(Segments segments, SegmentReaders readers, JournalSettings settings) throws IOException {
        LowWater marks = LowWater.in(folder, segments.oldestOffset());
        return new Retention(segments, readers, marks, new Losses(), settings, clock);
    }

    /** Offsets 1 and 2 of the channel "old" are past their time in five days, offset 3 of "new" is not. */
    private void appendOldAndNew(Journal journal) {
        append(journal, "old");
        append(journal, "old");
        clock.move(Duration.ofDays(8));
        append(journal, "new");
    }

    @Test
    void aDeletedSegmentIsNotKeptOpenByAReaderThatWasInIt() throws Exception {
        JournalSettings settings = TINY.withRetention(Duration.ofDays(10), 1L << 40);
        try (Journal journal = open(settings)) {
            appendOldAndNew(journal);
        }
        clock.move(Duration.ofDays(5));
        Segments segments = Segments.in(folder);
        try (SegmentReaders readers = new SegmentReaders()) {
            Retention retention = retention(segments, readers, settings);
            SegmentReader reading = readers.borrow(segments.newest());
            SegmentReader inDeleted = readers.borrow(segments.all().get(0));

            retention.run();
            readers.giveBack(reading);
            readers.giveBack(inDeleted);

            assertThat(reading.lastMillis()).as("may be lent again").isPositive();
            assertThatThrownBy(inDeleted::lastMillis).as("is closed").isInstanceOf(SQLException.class);
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
