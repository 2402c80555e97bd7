package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

import io.waystation.event.EventHeaders;
import io.waystation.event.KeyedLanes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Threads that everything waits for, and what they survive. */
class ThreadsTest {
    @TempDir
    Path temp;

    @Test
    void anErrorInAStepIsTheFailureOfItsRecordOnly() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (LogFixture log = LogFixture.open(temp)) {
            log.route("broken", "journal:events?group=g", exchange -> {
                String id = exchange.getMessage().getHeader(EventHeaders.ID, String.class);
                if (id.equals("e1")) {
                    throw new StackOverflowError("of the test");
                }
                seen.add(id);
            });
            log.append(TestEvents.verified("e1", "c").build());
            log.append(TestEvents.verified("e2", "c").build());

            await().untilAsserted(() -> assertThat(seen).containsExactly("e2"));
            await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());
            assertThat(log.status("g").deadLetters()).isEqualTo(1);
        }
    }

    @Test
    void aRecordIsNotStrandedWhenNoThreadIsToBeHad() {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        AtomicBoolean noThread = new AtomicBoolean(true);
        List<Long> started = new CopyOnWriteArrayList<>();
        try {
            KeyedLanes lanes = new KeyedLanes(1, task -> {
                if (noThread.getAndSet(false)) {
                    throw new OutOfMemoryError("of the test: unable to create native thread");
                }
                pool.execute(task);
            });
            lanes.submit("k", done -> started.add(7L));

            await().untilAsserted(() -> assertThat(started).containsExactly(7L));
        } finally {
            pool.shutdownNow();
        }
    }
}
