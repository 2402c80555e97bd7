package io.waystation.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkRetentionTest {
    @TempDir
    Path temp;

    @Test
    void endedItemsAndDeadLettersAreDeletedEachAfterTheirOwnTime() throws Exception {
        try (WorkFixture work = WorkFixture.open(temp)) {
            work.route("run", "work:q", exchange -> {
                if (WorkItem.of(exchange).id().equals("bad")) {
                    throw new IllegalStateException("down");
                }
            });
            work.send("work:q?id=good", "");
            work.send("work:q?id=bad", "kept");
            work.send("work:q?id=later&delay=1h", "later");
            await().untilAsserted(() -> assertThat(work.items().list(WorkFilter.of("q", null, 10)))
                    .extracting(WorkStatus::state).containsExactly(ItemState.WAITING, ItemState.DEAD, ItemState.SUCCEEDED));
            assertThat(work.items().expire("q", Duration.ofDays(1), Duration.ofDays(1))).isZero();
            long before = System.currentTimeMillis();
            await().until(() -> System.currentTimeMillis() > before + 2);

            assertThat(work.items().expire("q", Duration.ZERO, Duration.ofDays(1))).isEqualTo(1);
            assertThat(work.items().list(WorkFilter.of("q", null, 10))).extracting(WorkStatus::id).containsExactly("later", "bad");
            assertThat(work.items().content(work.item("q", "bad").number()).orElseThrow().body().orElseThrow()).asString().isEqualTo("kept");
            assertThat(work.items().expire("q", Duration.ZERO, Duration.ZERO)).isEqualTo(1);
            assertThat(work.items().list(WorkFilter.of("q", null, 10))).extracting(WorkStatus::id).containsExactly("later");
            assertThat(work.store().<Long>read(handle -> handle.createQuery("SELECT count(*) FROM work_payload").mapTo(Long.class)
                    .one())).isEqualTo(1);
        }
    }

    @Test
    void aDiscardedDeadLetterIsGoneAndItsIdUnknown() throws Exception {
        try (WorkFixture work = WorkFixture.open(temp)) {
            work.route("run", "work:q", exchange -> {
                throw new IllegalStateException("down");
            });
            work.send("work:q?id=bad", "");
            await().until(() -> work.item("q", "bad").state() == ItemState.DEAD);

            assertThat(work.items().discard(work.item("q", "bad").number())).isTrue();

            assertThat(work.items().find("q", "bad")).isEmpty();
            assertThat(work.send("work:q?id=bad", "").getMessage().getHeader(WorkHeaders.ADDED)).isEqualTo("added");
        }
    }
}
