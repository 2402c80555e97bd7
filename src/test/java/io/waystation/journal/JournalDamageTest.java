package io.waystation.journal;

import static io.waystation.journal.Events.event;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.waystation.event.EventBatch;
import io.waystation.event.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalDamageTest {
    @TempDir
    Path folder;

    private Journal open(JournalSettings settings) {
        return Journal.open(folder, settings, DeliveryIndex.NONE, Clock.systemUTC());
    }

    private void writeFive() {
        try (Journal journal = open(JournalSettings.DEFAULTS)) {
            for (int i = 0; i < 5; i++) {
                journal.append(event().channel("c" + i % 2).build(), Runnable::run).join();
            }
        }
    }

    private void change(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(file(1)));
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }

    private static String file(long first) {
        return String.format("%019d.db", first);
    }

    @Test
    void eventsThatAreGoneWithTheEndOfAFileAreLostToTheReadersOfEachChannel() {
        writeFive();
        DeliveryIndex knowsNine = new DeliveryIndex() {
            @Override
            public Map<DeliveryKey, Position> find(Collection<DeliveryKey> keys) {
                return Map.of();
            }

            @Override
            public long indexedTo() {
                return 9;
            }
        };
        try (Journal journal = Journal.open(folder, JournalSettings.DEFAULTS.withCache(1), knowsNine, Clock.systemUTC())) {
            journal.append(event().channel("c0").build(), Runnable::run).join();
            journal.append(event().channel("c1").build(), Runnable::run).join();

            EventBatch first = journal.read("c0", 0, 10, 1 << 20);
            assertThat(first.events()).extracting(event -> event.position().offset()).containsExactly(1L, 3L, 5L, 10L);
            assertThat(first.lost()).as("6 to 9, of whatever channel they were").isEqualTo(4);
            assertThat(journal.read("c1", 4, 10, 1 << 20).lost()).isEqualTo(4);
            assertThat(journal.read("c1", 10, 10, 1 << 20).lost()).as("behind them").isZero();
            assertThat(journal.read("c0", 10, 10, 1 << 20).lost()).isZero();
        }
    }

    @Test
    void aSegmentIsWholeAgainWhenItsHubWasKilledWhileItSealedIt(@TempDir Path kept) throws Exception {
        JournalSettings segmentEach = JournalSettings.DEFAULTS.withSegments(1, Duration.ofDays(1)).withCache(1);
        try (Journal journal = open(segmentEach)) {
            for (int i = 0; i < 3; i++) {
                byte[] body = new byte[400_000];
                new Random(i).nextBytes(body);
                journal.append(event().channel("c").body(body).build(), Runnable::run).join();
            }
        }
        cutShort(folder.resolve(file(1)), kept);

        try (Journal journal = open(segmentEach)) {
            EventBatch batch = journal.read(0, EventFilter.ALL, 10, 10 << 20);
            assertThat(batch.events()).extracting(event -> event.position().offset()).containsExactly(1L, 2L, 3L);
            assertThat(batch.lost()).isZero();
        }
    }

    /** Leaves a database as a process does that dies within a transaction: half written, with the journal to undo it. */
    private static void cutShort(Path database, Path kept) throws Exception {
        Path undo = database.resolveSibling(database.getFileName() + "-journal");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = DELETE");
            statement.execute("PRAGMA cache_size = 1");
            statement.execute("BEGIN");
            statement.execute("UPDATE batch SET content = zeroblob(length(content))");
            Files.copy(database, kept.resolve("database"));
            Files.copy(undo, kept.resolve("undo"));
            statement.execute("ROLLBACK");
        }
        Files.move(kept.resolve("database"), database, StandardCopyOption.REPLACE_EXISTING);
        Files.move(kept.resolve("undo"), undo, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void losesOneBatchByAWrongChecksumAndReadsTheRest() throws Exception {
        writeFive();
        change("UPDATE batch SET content = zeroblob(length(content)) WHERE first_offset = 3");
        List<Loss> losses = new ArrayList<>();
        try (Journal journal = open(JournalSettings.DEFAULTS)) {
            journal.onLoss(losses::add);
            for (int round = 0; round < 2; round++) {
                EventBatch batch = journal.read(0, EventFilter.ALL, 10, 1 << 20);
                assertThat(batch.events()).extracting(event -> event.position().offset()).containsExactly(1L, 2L, 4L, 5L);
                assertThat(batch.lost()).isEqualTo(1);
                assertThat(batch.last()).isEqualTo(5);
            }
            EventBatch ofChannel = journal.read("c0", 0, 10, 1 << 20);
            assertThat(ofChannel.events()).extracting(event -> event.position().offset()).containsExactly(1L, 5L);
            assertThat(ofChannel.lost()).isEqualTo(1);
            assertThat(journal.read("c1", 0, 10, 1 << 20).lost()).isZero();
            assertThat(journal.find(3)).isEmpty();
            assertThat(losses).containsExactly(new Loss(Loss.DAMAGED, 3, 3, List.of()));
            assertThat(journal.statistics().damaged()).isEqualTo(1);
        }
    }

    @Test
    void losesOneBatchByAnUnreadableSummaryOrAFormatItDoesNotKnow() throws Exception {
        writeFive();
        change("UPDATE batch SET summary = x'01ff' WHERE first_offset = 2");
        change("UPDATE batch SET format = 9 WHERE first_offset = 4");
        try (Journal journal = open(JournalSettings.DEFAULTS)) {
            EventBatch batch = journal.read(0, EventFilter.ALL, 10, 1 << 20);
            assertThat(batch.events()).extracting(event -> event.position().offset()).containsExactly(1L, 3L, 5L);
            assertThat(batch.lost()).isEqualTo(2);
        }
    }

    @Test
    void setsAsideALastSegmentThatIsNoDatabaseAndNeverReusesItsOffsets() throws Exception {
        writeFive();
        byte[] rubbish = Files.readAllBytes(folder.resolve(file(1)));
        for (int i = 0; i < rubbish.length; i++) {
            rubbish[i] = (byte) (rubbish[i] ^ 0x5A);
        }
        Files.write(folder.resolve(file(1)), rubbish);
        List<Loss> losses = new ArrayList<>();
        try (Journal journal = open(JournalSettings.DEFAULTS)) {
            journal.onLoss(losses::add);
            assertThat(losses).hasSize(1);
            long offset = journal.append(event().build(), Runnable::run).join().position().offset();
            assertThat(offset).isGreaterThan(5);
            EventBatch batch = journal.read(0, EventFilter.ALL, 10, 1 << 20);
            assertThat(batch.events()).extracting(event -> event.position().offset()).containsExactly(offset);
            assertThat(batch.lost()).isPositive();
            assertThat(folder.resolve(file(1) + ".damaged")).exists();
        }
    }

    @Test
    void passesOverAnEarlierSegmentThatIsNoDatabase() throws Exception {
        JournalSettings small = JournalSettings.DEFAULTS.withSegments(1, JournalSettings.DEFAULTS.segmentAge());
        try (Journal journal = open(small)) {
            for (int i = 0; i < 4; i++) {
                journal.append(event().build(), Runnable::run).join();
            }
        }
        Files.write(folder.resolve(file(2)), new byte[40_000]);
        try (Journal journal = open(small)) {
            EventBatch batch = journal.read(0, EventFilter.ALL, 10, 1 << 20);
            assertThat(batch.events()).extracting(event -> event.position().offset()).containsExactly(1L, 3L, 4L);
            assertThat(batch.lost()).isEqualTo(1);
        }
    }
}
