package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.waystation.HubFixture;
import io.waystation.Patience;
import io.waystation.store.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a load balancer hears when a thread that every post waits for ends or stands still. */
class ThreadsHealthTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path data;

    private HttpResponse<String> health(HubFixture hub, String kind) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(hub.uri("/observe/health/" + kind))
                .header("Authorization", "Bearer " + Files.readString(data.resolve("token")).trim()).build(), BodyHandlers.ofString());
    }

    @Test
    void isDownWhenTheThreadThatWritesTheLogHasEnded() throws Exception {
        try (HubFixture hub = HubFixture.start(data)) {
            assertThat(health(hub, "ready").statusCode()).isEqualTo(200);
            Journal journal = hub.bean("journal", Journal.class);
            assertThat(journal.isWriterAlive()).isTrue();

            journal.close();

            assertThat(journal.isWriterAlive()).isFalse();
            HttpResponse<String> ready = health(hub, "ready");
            assertThat(ready.statusCode()).as(ready.body()).isEqualTo(503);
            assertThat(health(hub, "live").statusCode()).as("a supervisor restarts it").isEqualTo(503);
        }
    }

    @Test
    void isDownWhenTheThreadThatWritesTheStoreHasEnded() throws Exception {
        try (HubFixture hub = HubFixture.start(data)) {
            hub.bean("store", Store.class).close();

            assertThat(health(hub, "ready").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void isDownWhenTheThreadThatReadsForAGroupHasEnded() throws Exception {
        try (HubFixture hub = HubFixture.start(data)) {
            Thread reader = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("journal-group-recorder")).findFirst().orElseThrow();

            await().until(() -> {
                reader.interrupt();
                return !reader.isAlive();
            });

            HttpResponse<String> ready = health(hub, "ready");
            assertThat(ready.statusCode()).as(ready.body()).isEqualTo(503);
            assertThat(ready.body()).contains("the reader of group recorder has ended");
            assertThat(health(hub, "live").statusCode()).as("a supervisor restarts it").isEqualTo(503);
        }
    }

    @Test
    void isNotReadyWhileTheLogsWriterStandsStillAndReadyAgainAfterwards() throws Exception {
        CountDownLatch still = new CountDownLatch(1);
        try (HubFixture hub = HubFixture.start(data, "waystation.health.stall", "300ms")) {
            AutoCloseable stalling = hub.bean("journal", Journal.class).onCommit(offset -> hold(still));
            hub.bean("journal", Journal.class).append(TestEvents.verified("e1", "c").build(), Runnable::run);

            await().until(() -> health(hub, "ready").statusCode() == 503);
            assertThat(health(hub, "live").statusCode()).as("a restart would not help").isEqualTo(200);

            still.countDown();
            await().until(() -> health(hub, "ready").statusCode() == 200);
            stalling.close();
        }
    }

    @Test
    void isNotReadyWhileTheStoresWriterStandsStillAndReadyAgainAfterwards() throws Exception {
        CountDownLatch still = new CountDownLatch(1);
        try (HubFixture hub = HubFixture.start(data, "waystation.health.stall", "300ms")) {
            hub.bean("store", Store.class).write(handle -> {
                hold(still);
                return null;
            });

            await().until(() -> health(hub, "ready").statusCode() == 503);

            still.countDown();
            await().until(() -> health(hub, "ready").statusCode() == 200);
        }
    }

    @Test
    void isNotReadyWhileTheStoresWriterStandsStillBeforeAFullQueue() throws Exception {
        CountDownLatch still = new CountDownLatch(1);
        try (HubFixture hub = HubFixture.start(data, "waystation.health.stall", "300ms")) {
            Store store = hub.bean("store", Store.class);
            store.write(handle -> {
                hold(still);
                return null;
            });
            while (!store.write(handle -> null).isCompletedExceptionally()) {
                continue; // until no more are taken
            }

            await().until(() -> health(hub, "ready").statusCode() == 503);

            still.countDown();
            await().until(() -> health(hub, "ready").statusCode() == 200);
        } finally {
            still.countDown();
        }
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await(Patience.SOON.toSeconds() * 2, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
