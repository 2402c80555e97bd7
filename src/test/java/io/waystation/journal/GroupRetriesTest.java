package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupRetriesTest {
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void end() {
        executor.shutdownNow();
    }

    @Test
    void whatWaitsRunsAtOnceWhenTheGroupStopsAndSoDoesWhatComesLater() {
        GroupRetries retries = new GroupRetries(executor);
        retries.after(TimeUnit.HOURS.toMillis(1), runs::incrementAndGet);

        retries.hurry();
        await().until(() -> runs.get() == 1);

        retries.after(TimeUnit.HOURS.toMillis(1), runs::incrementAndGet);
        await().until(() -> runs.get() == 2);
    }

    @Test
    void nothingRunsTwice() throws Exception {
        GroupRetries retries = new GroupRetries(executor);
        retries.after(0, runs::incrementAndGet);
        retries.after(1, runs::incrementAndGet);
        retries.hurry();
        retries.hurry();

        executor.shutdown(); // what is due later still runs
        assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(runs).hasValue(2);
    }
}
