package io.waystation.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How large the store's write-ahead log becomes while the hub runs. */
class CheckpointerTest {
    private static final int ROW_BYTES = 1 << 20;
    /** As many rewrites as make a log that is to be emptied. */
    private static final int MANY = 80;
    private static final long SMALL = 16L << 20;

    private final byte[] row = new byte[ROW_BYTES];

    @TempDir
    Path temp;

    private DataFolder folder;
    private Store store;
    private Path log;

    @BeforeEach
    void open() {
        new Random(1).nextBytes(row);
        folder = DataFolder.open(temp.resolve("data"));
        store = Store.open(folder, new SimpleMeterRegistry());
        store.writeNow(handle -> handle.execute("CREATE TABLE probe (n INTEGER PRIMARY KEY, b BLOB)"));
        log = Path.of(folder.store() + "-wal");
    }

    @AfterEach
    void close() {
        store.close();
        folder.close();
    }

    @Test
    void startsOverOnceItIsInTheFileWithoutBecomingLarge() {
        await().until(() -> {
            long before = Files.size(log);
            rewrite();
            return Files.size(log) == before;
        });
        assertThat(log).satisfies(file -> assertThat(Files.size(file)).isLessThan(MANY * ROW_BYTES));
    }

    @Test
    void isEmptiedWheneverItBecameLarge() {
        for (int round = 0; round < 3; round++) {
            becomesLarge();

            await().untilAsserted(this::isSmallAfterACommit);
        }
    }

    @Test
    void isEmptiedAlthoughReadsAndCommitsNeverPause() {
        AtomicBoolean stop = new AtomicBoolean();
        List<CompletableFuture<Void>> busy = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            busy.add(CompletableFuture.runAsync(() -> {
                while (!stop.get()) {
                    store.read(handle -> handle.createQuery("SELECT sum(length(hex(b))) FROM probe").mapTo(Long.class).one());
                }
            }));
        }
        for (int i = 0; i < 2; i++) {
            busy.add(CompletableFuture.runAsync(() -> {
                while (!stop.get()) {
                    store.writeNow(handle -> handle.execute("INSERT OR REPLACE INTO probe VALUES (2, 'small')"));
                }
            }));
        }
        try {
            becomesLarge();

            await().untilAsserted(this::isSmallAfterACommit);
        } finally {
            stop.set(true);
            busy.forEach(CompletableFuture::join);
        }
    }

    @Test
    void waitsForALongReadWithoutHoldingUpCommits() throws Exception {
        try (Connection reader = new SqliteDatabase(folder.store()).openReader(); Statement statement = reader.createStatement()) {
            statement.execute("BEGIN");
            statement.executeQuery("SELECT count(*) FROM probe").close();
            becomesLarge();

            assertThat(longestCommit()).isLessThan(Duration.ofSeconds(5));
            assertThat(Files.size(log)).as("what is read stays").isGreaterThan(MANY * ROW_BYTES);
            statement.execute("COMMIT");
        }
        await().untilAsserted(this::isSmallAfterACommit);
    }

    @Test
    void aLongReadOfTheLastStateHoldsUpNoCommits() throws Exception {
        becomesLarge();
        try (Connection reader = new SqliteDatabase(folder.store()).openReader(); Statement statement = reader.createStatement()) {
            statement.execute("BEGIN");
            statement.executeQuery("SELECT count(*) FROM probe").close();

            assertThat(longestCommit()).isLessThan(Duration.ofSeconds(5));
            statement.execute("COMMIT");
        }
        await().untilAsserted(this::isSmallAfterACommit);
    }

    /** Of those in three seconds, in which the log is to be emptied. */
    private Duration longestCommit() {
        long longest = 0;
        for (long end = System.nanoTime() + Duration.ofSeconds(3).toNanos(); System.nanoTime() < end;) {
            long start = System.nanoTime();
            store.writeNow(handle -> handle.execute("INSERT OR REPLACE INTO probe VALUES (2, 'small')"));
            longest = Math.max(longest, System.nanoTime() - start);
        }
        return Duration.ofNanos(longest);
    }

    @Test
    void othersMayWriteBetweenTwoCommits() throws SQLException {
        rewrite();

        try (Connection other = new SqliteDatabase(folder.store()).openMaintenance(); Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            statement.execute("ROLLBACK");
        }
    }

    private void becomesLarge() {
        for (int i = 0; i < MANY; i++) {
            rewrite();
        }
    }

    private void rewrite() {
        store.writeNow(handle -> handle.execute("INSERT OR REPLACE INTO probe VALUES (1, ?)", row));
    }

    private void isSmallAfterACommit() throws IOException {
        store.writeNow(handle -> handle.execute("INSERT OR REPLACE INTO probe VALUES (3, 'small')"));
        assertThat(Files.size(log)).isLessThan(SMALL);
    }
}
