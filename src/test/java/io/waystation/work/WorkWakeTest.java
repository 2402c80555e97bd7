package io.waystation.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a deferred item when more is asked for its key. */
class WorkWakeTest {
    @TempDir
    Path temp;

    @Test
    void onlyACauseThatWakesRunsADeferredItemBeforeItsTime() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (WorkFixture work = WorkFixture.open(temp)) {
            work.route("run", "work:q", exchange -> {
                if (runs.incrementAndGet() == 1) {
                    throw new DeferException(Duration.ofHours(1), "waits for a person");
                }
            });
            work.send("work:q?id=first&key=k", "");
            await().untilAsserted(() -> assertThat(work.item("q", "first").state()).isEqualTo(ItemState.WAITING));

            work.send("work:q?id=second&key=k&coalesce=LATEST", "");
            assertThat(work.item("q", "first").nextAt()).isAfter(Instant.now().plus(Duration.ofMinutes(30)));
            work.send("work:q?id=third&key=k&coalesce=LATEST&wake=true", "");

            await().untilAsserted(() -> assertThat(work.item("q", "first").state()).isEqualTo(ItemState.SUCCEEDED));
            assertThat(runs).hasValue(2);
            assertThat(work.item("q", "first").causes()).isEqualTo(3);
        }
    }
}
