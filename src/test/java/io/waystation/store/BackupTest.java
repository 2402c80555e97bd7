package io.waystation.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waystation.Patience;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupTest {
    @TempDir
    Path temp;

    @Test
    void copiesTheStoreWhileItIsWritten() throws Exception {
        AtomicInteger written = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        int before;
        try (DataFolder folder = DataFolder.open(temp.resolve("data"));
                Store store = Store.open(folder, new SimpleMeterRegistry())) {
            store.writeNow(handle -> handle.execute("CREATE TABLE probe (n BIGINT, pad TEXT)"));
            Files.writeString(folder.token(), "token");
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                while (!stop.get()) {
                    store.writeNow(handle -> handle.execute("INSERT INTO probe VALUES (1, ?)", "x".repeat(500)));
                    written.incrementAndGet();
                }
            });
            try {
                while (written.get() < 200) {
                    Thread.onSpinWait();
                }
                before = written.get();

                Backup.Result result = new Backup(folder).run(temp.resolve("copy"));

                assertThat(result.files()).isEqualTo(3);
            } finally {
                stop.set(true);
                writer.join();
            }
        }
        try (DataFolder copy = DataFolder.open(temp.resolve("copy"));
                Store store = Store.open(copy, new SimpleMeterRegistry())) {
            long rows = store.read(handle -> handle.createQuery("SELECT count(*) FROM probe").mapTo(Long.class).one());
            assertThat(rows).isBetween((long) before, (long) written.get());
            assertThat(copy.token()).hasContent("token");
        }
    }

    @Test
    void endsAlthoughCommitsNeverPause() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (DataFolder folder = DataFolder.open(temp.resolve("data"));
                Store store = Store.open(folder, new SimpleMeterRegistry())) {
            store.writeNow(handle -> handle.execute("CREATE TABLE probe (pad BLOB)"));
            for (int i = 0; i < 10; i++) {
                store.writeNow(handle -> handle.execute("INSERT INTO probe VALUES (zeroblob(8000000))"));
            }
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                while (!stop.get()) {
                    store.writeNow(handle -> handle.execute("INSERT INTO probe VALUES (zeroblob(10))"));
                }
            });
            try {
                Backup.Result result = CompletableFuture.supplyAsync(() -> new Backup(folder).run(temp.resolve("copy")))
                        .get(Patience.SOON.toSeconds(), TimeUnit.SECONDS);

                assertThat(result.bytes()).isGreaterThan(80_000_000);
            } finally {
                stop.set(true);
                writer.join();
            }
        }
    }

    @Test
    void neverOverwritesAFolder() throws Exception {
        Path taken = Files.createDirectories(temp.resolve("taken"));
        Files.writeString(taken.resolve("precious"), "x");
        try (DataFolder folder = DataFolder.open(temp.resolve("data"));
                Store store = Store.open(folder, new SimpleMeterRegistry())) {
            assertThatThrownBy(() -> new Backup(folder).run(taken)).isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("not empty");
            assertThat(taken.resolve("precious")).exists();
            assertThat(store).isNotNull();
        }
    }
}
