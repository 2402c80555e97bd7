package io.waystation.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.waystation.Patience;

class StoreTest {
    @TempDir
    Path temp;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private DataFolder folder;
    private Store store;

    @BeforeEach
    void open() {
        folder = DataFolder.open(temp.resolve("data"));
        store = Store.open(folder, meters);
        store.writeNow(handle -> handle.execute("CREATE TABLE probe (n BIGINT)"));
    }

    @AfterEach
    void close() {
        store.close();
        folder.close();
    }

    @Test
    void anUrgentReadDoesNotWaitForOtherReads() throws Exception {
        CountDownLatch started = new CountDownLatch(4);
        CountDownLatch release = new CountDownLatch(1);
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread reader = new Thread(() -> store.read(handle -> {
                started.countDown();
                return awaitQuietly(release);
            }));
            reader.start();
            readers.add(reader);
        }
        assertThat(started.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

        assertThat(store.<Integer>readUrgently(handle -> handle.createQuery("SELECT 7").mapTo(Integer.class).one()))
                .isEqualTo(7);

        assertThat(readers).allMatch(Thread::isAlive);
        release.countDown();
        for (Thread reader : readers) {
            reader.join();
        }
    }

    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            return false;
        }
    }

    @Test
    void commitsWaitingWorksTogether() {
        CountDownLatch hold = new CountDownLatch(1);
        double before = meters.get("waystation.store.commit").timer().count();
        store.write(handle -> hold.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS));
        List<CompletableFuture<Integer>> writes = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            int n = i;
            writes.add(store.write(handle -> handle.execute("INSERT INTO probe VALUES (?)", n)));
        }
        hold.countDown();
        writes.forEach(CompletableFuture::join);

        assertThat(count()).isEqualTo(500);
        assertThat(meters.get("waystation.store.commit").timer().count() - before).isLessThan(50);
    }

    @Test
    void aFailingWorkUndoesOnlyItself() {
        CountDownLatch hold = new CountDownLatch(1);
        store.write(handle -> hold.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS));
        CompletableFuture<Integer> first = store.write(handle -> handle.execute("INSERT INTO probe VALUES (1)"));
        CompletableFuture<Object> bad = store.write(handle -> {
            handle.execute("INSERT INTO probe VALUES (2)");
            throw new IllegalStateException("refused");
        });
        CompletableFuture<Integer> last = store.write(handle -> handle.execute("INSERT INTO probe VALUES (3)"));
        hold.countDown();

        first.join();
        last.join();
        assertThatThrownBy(bad::join).hasRootCauseInstanceOf(IllegalStateException.class);
        assertThat(store.<List<Integer>>read(handle -> handle.createQuery("SELECT n FROM probe ORDER BY n")
                .mapTo(Integer.class).list())).containsExactly(1, 3);
    }

    @Test
    void whatFollowsACommitIsDoneAfterItAndNotAtAllWhenTheWorkFails() {
        List<String> order = new ArrayList<>();
        CompletableFuture<Void> kept = store.write(handle -> {
            store.afterCommit(() -> order.add("rows " + store.read(reader ->
                    reader.createQuery("SELECT count(*) FROM probe").mapTo(Integer.class).one())));
            return handle.execute("INSERT INTO probe (n) VALUES (1)");
        }).thenAccept(done -> order.add("answer"));
        CompletableFuture<Object> undone = store.write(handle -> {
            store.afterCommit(() -> order.add("undone"));
            throw new IllegalStateException("on purpose");
        });

        kept.join();
        assertThatThrownBy(undone::join).hasRootCauseMessage("on purpose");
        assertThat(order).containsExactly("rows 1", "answer");
        assertThatThrownBy(() -> store.afterCommit(() -> { })).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void readersCannotWrite() {
        assertThatThrownBy(() -> store.read(handle -> handle.execute("INSERT INTO probe VALUES (1)")))
                .hasMessageContaining("readonly");
    }

    @Test
    void aReadOverOneSecondIsStopped() {
        String endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

        assertThatThrownBy(() -> store.<Long>read(handle -> handle.createQuery(endless).mapTo(Long.class).one()))
                .isInstanceOfSatisfying(StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(StoreException.Code.TIMEOUT));
        assertThat(count()).isZero();
    }

    @Test
    void keepsWhatWasCommittedAcrossAReopen() {
        store.writeNow(handle -> handle.execute("INSERT INTO probe VALUES (7)"));
        store.close();

        store = Store.open(folder, new SimpleMeterRegistry());

        assertThat(count()).isEqualTo(1);
        assertThat(Files.exists(folder.store())).isTrue();
    }

    @Test
    void aFullDiskFailsTheWorksAndRecoversByItself() {
        long pages = store.read((Handle handle) -> handle.createQuery("PRAGMA page_count").mapTo(Long.class).one());
        store.writeNow(handle -> handle.execute("PRAGMA max_page_count=" + (pages + 20)));
        byte[] large = new byte[1 << 20];
        store.writeNow(handle -> handle.execute("CREATE TABLE large (b BLOB)"));

        assertThatThrownBy(() -> store.writeNow(handle -> handle.execute("INSERT INTO large VALUES (?)", large)))
                .isInstanceOfSatisfying(StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(StoreException.Code.FULL));
        store.writeNow(handle -> handle.execute("INSERT INTO probe VALUES (1)"));
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void bringsEachCommitToTheDisk() {
        assertThat(store.<Integer>writeNow(handle -> handle.createQuery("PRAGMA synchronous").mapTo(Integer.class).one())).as("FULL").isEqualTo(2);
        assertThat(store.<String>writeNow(handle -> handle.createQuery("PRAGMA journal_mode").mapTo(String.class).one())).isEqualTo("wal");
    }

    @Test
    void aCommitThatFailsKeepsNothingOfItsWorksAndTheNextGoOn() {
        store.writeNow(handle -> handle.execute(
                "CREATE TABLE child (n INTEGER PRIMARY KEY, parent BIGINT REFERENCES child (n) DEFERRABLE INITIALLY DEFERRED)"));
        CountDownLatch hold = new CountDownLatch(1);
        store.write(handle -> hold.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS));
        CompletableFuture<Integer> beside = store.write(handle -> handle.execute("INSERT INTO probe VALUES (1)"));
        CompletableFuture<Integer> orphan = store.write(handle -> handle.execute("INSERT INTO child VALUES (1, 2)"));
        hold.countDown();

        assertThatThrownBy(orphan::join).hasCauseInstanceOf(StoreException.class);
        assertThatThrownBy(beside::join).hasCauseInstanceOf(StoreException.class);
        assertThat(count()).isZero();
        store.writeNow(handle -> handle.execute("INSERT INTO probe VALUES (2)"));
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void knowsWithoutFlywayThatNothingIsToBeMigratedAndWhenSomethingIs() {
        SqliteDatabase database = new SqliteDatabase(folder.store());

        assertThat(new SqliteDatabase(temp.resolve("none.db")).isCurrent()).isFalse();
        assertThat(database.isCurrent()).isTrue();
        store.writeNow(handle -> handle.execute("UPDATE flyway_schema_history SET checksum = checksum + 1 WHERE version = '5.1'"));
        assertThat(database.isCurrent()).as("a migration was changed").isFalse();
        store.writeNow(handle -> handle.execute("DELETE FROM flyway_schema_history WHERE version = '5.1'"));
        assertThat(database.isCurrent()).as("a migration is missing").isFalse();
    }

    @Test
    void refusesASchemaFromANewerProgram() {
        store.writeNow(handle -> handle.execute("INSERT INTO flyway_schema_history (installed_rank, version, "
                + "description, type, script, checksum, installed_by, installed_on, execution_time, success) "
                + "VALUES (900, '900', 'future', 'SQL', 'V900__future.sql', 1, '', '2030-01-01 00:00:00', 1, 1)"));
        store.close();

        assertThatThrownBy(() -> Store.open(folder, new SimpleMeterRegistry()))
                .isInstanceOfSatisfying(StartupException.class,
                        e -> assertThat(e.code()).isEqualTo("data-format-newer"));
        folder.close();
        folder = DataFolder.open(temp.resolve("other"));
        store = Store.open(folder, new SimpleMeterRegistry());
    }

    private long count() {
        return store.read((Handle handle) -> handle.createQuery("SELECT count(*) FROM probe").mapTo(Long.class).one());
    }

    @Test
    void anErrorInAWorkFailsThatWorkAndNotTheWriter() {
        CompletableFuture<Object> bad = store.write(handle -> {
            handle.execute("INSERT INTO probe VALUES (2)");
            throw new StackOverflowError("of the test");
        });

        assertThatThrownBy(() -> bad.get(Patience.SOON.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(StackOverflowError.class);
        store.writeNow(handle -> handle.execute("INSERT INTO probe VALUES (1)"));
        assertThat(count()).isEqualTo(1);
        assertThat(store.isWriterAlive()).isTrue();
    }
}
