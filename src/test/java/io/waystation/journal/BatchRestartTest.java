package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.waystation.Patience;
import io.waystation.event.EventBatch;
import io.waystation.event.PositionedEvent;
import io.waystation.store.GroupTransaction;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A group that takes batches and is stopped while one of them is not done: each event has its effect once all the same. */
class BatchRestartTest {
    private static final String GROUP = "group=g&batch=true&batchAttempts=1&from=oldest&maxEvents=";

    @TempDir
    Path temp;

    private final AtomicBoolean firstRun = new AtomicBoolean(true);
    private final CountDownLatch secondBatch = new CountDownLatch(1);
    private final CountDownLatch alone = new CountDownLatch(1);
    private LogFixture log;

    @BeforeEach
    void open() throws Exception {
        log = LogFixture.open(temp);
        log.store().writeNow(handle -> handle.execute("CREATE TABLE effect (id TEXT)"));
    }

    @AfterEach
    void close() throws Exception {
        log.close();
    }

    @Test
    void noEventOfABatchThatWasTakenApartIsLost() throws Exception {
        stopWithABatchTakenApartBeforeOneThatHasEnded();

        log.consume(GROUP + 256, this::process);

        assertEachHasItsEffectOnce("a1", "a2", "a3", "b1", "b2", "b3");
    }

    @Test
    void noEventBehindABatchThatWasTakenApartIsHandledTwice() throws Exception {
        stopWithABatchTakenApartBeforeOneThatHasEnded();
        append("c1");

        log.consume(GROUP + 256, this::process);

        assertEachHasItsEffectOnce("a1", "a2", "a3", "b1", "b2", "b3", "c1");
    }

    @Test
    void whatWasFinishedAboveTheLowWaterIsLeftOutOfBatches() throws Exception {
        firstRun.set(false);
        log.consume(GROUP + 256, this::process);
        log.stopRoutes();
        append("e1", "e2", "e3", "e4", "e5", "e6");
        log.store().writeNow(handle -> handle.execute("UPDATE log_group SET low_water = 0, finished = '2,4-6' WHERE name = 'g'"));
        log.restart();

        log.consume(GROUP + 256, this::process);

        assertEachHasItsEffectOnce("e1", "e3");
    }

    private void stopWithABatchTakenApartBeforeOneThatHasEnded() throws Exception {
        append("a1", "a2", "a3", "b1", "b2", "b3");
        log.consume(GROUP + 3, this::process);
        assertThat(alone.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        log.restart();
        firstRun.set(false);
    }

    private void append(String... ids) {
        for (String id : ids) {
            log.append(TestEvents.verified(id, "c").build());
        }
    }

    /** In the first run the effect of a2 fails while it is in one transaction with others, and an event alone takes until the stop. */
    private void process(Exchange exchange) {
        List<PositionedEvent> events = exchange.getMessage().getBody(EventBatch.class).events();
        boolean fails = firstRun.get() && events.size() > 1;
        if (firstRun.get() && events.get(0).event().id().equals("b1")) {
            secondBatch.countDown();
        }
        if (firstRun.get() && events.size() == 1) {
            alone.countDown();
            await().until(BatchRestartTest::stops);
        }
        for (PositionedEvent each : events) {
            String id = each.event().id();
            GroupTransaction.of(exchange).orElseThrow().enlist(handle -> {
                if (fails && id.equals("a2")) {
                    secondBatch.await(Patience.SOON.toSeconds(), TimeUnit.SECONDS);
                    throw new IllegalStateException("not together with others");
                }
                return handle.execute("INSERT INTO effect VALUES (?)", id);
            });
        }
    }

    private static boolean stops() {
        return Thread.getAllStackTraces().keySet().stream().noneMatch(thread -> thread.getName().equals("journal-group-g"));
    }

    private void assertEachHasItsEffectOnce(String... ids) {
        await().untilAsserted(() -> assertThat(log.status("g").lag()).isZero());
        assertThat(log.store().<List<String>>read(handle -> handle.createQuery("SELECT id FROM effect").mapTo(String.class).list()))
                .containsExactlyInAnyOrder(ids);
        assertThat(log.deadLetters().count("g")).isZero();
        assertThat(log.progress("g").finished()).isEmpty();
    }
}
