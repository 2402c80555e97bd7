package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

import com.fasterxml.uuid.Generators;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waystation.MovableClock;
import io.waystation.event.EventBatch;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import io.waystation.store.DataFolder;
import io.waystation.store.GroupTransaction;
import io.waystation.store.Store;
import io.waystation.store.Work;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventIndexTest {
    private static final long START = 1_767_225_600_000L;
    private static final Duration WINDOW = Duration.ofDays(7);

    @TempDir
    Path temp;

    private DataFolder folder;
    private Store store;
    private EventIndex index;

    @BeforeEach
    void open() {
        folder = DataFolder.open(temp.resolve("data"));
        store = Store.open(folder, new SimpleMeterRegistry());
        index = open(START);
    }

    @AfterEach
    void close() {
        store.close();
        folder.close();
    }

    private EventIndex open(long now) {
        return EventIndex.open(store, Clock.fixed(Instant.ofEpochMilli(now), ZoneOffset.UTC), WINDOW);
    }

    @Test
    void findsTheFirstEventOfADeliveryAlsoAfterARestart() {
        record(0, List.of(event(1, "d-1"), event(2, "d-2"), event(3, null)));

        for (EventIndex each : List.of(index, open(START + 1))) {
            assertThat(each.find(List.of(key("d-1"), key("d-2"), key("d-3")))).containsOnlyKeys(key("d-1"), key("d-2"))
                    .containsEntry(key("d-1"), new Position(START, 1));
        }
    }

    @Test
    void forgetsDeliveriesAfterTheirTime() {
        record(0, List.of(event(1, "d-1")));

        assertThat(open(START + WINDOW.toMillis() + 1).find(List.of(key("d-1")))).isEmpty();
    }

    @Test
    void findsDeliveriesOfOlderBucketsAfterARestart() {
        long later = 3L << EventIndex.BUCKET_BITS;
        record(0, List.of(event(1, "d-1")));
        record(later - 2, List.of(event(later - 1, "d-2"), event(later, "d-3"), event(later + 1, "d-4")));

        EventIndex reopened = open(START + 1);

        assertThat(reopened.find(List.of(key("d-1"), key("d-2"), key("d-3"), key("d-4")))).hasSize(4);
        assertThat(index.find(List.of(key("d-1"), key("d-2"), key("d-3"), key("d-4")))).hasSize(4);
    }

    @Test
    void aNewDeliveryIsLookedUpOnlyInBucketsOfTheWindowThatMayHaveItHoweverManyThereWere() {
        EventIndex[] indexes = {small(START), null};
        for (int i = 1; i <= 300; i++) {
            record(indexes[0], i - 1, List.of(event(i, "d-" + i)));
        }
        indexes[1] = small(START);

        for (EventIndex each : indexes) {
            assertThat(each.find(List.of(key("d-300"), key("d-240"), key("d-1"), key("new"))))
                    .containsOnlyKeys(key("d-300"), key("d-240")); // 16 buckets of 4 events are remembered
        }
    }

    @Test
    void expiredBucketsMakeRoomForNewOnes() {
        MovableClock clock = new MovableClock(Instant.ofEpochMilli(START));
        EventIndex small = new EventIndex(store, clock, WINDOW, 2, 16);
        for (int i = 1; i <= 60; i++) {
            record(small, i - 1, List.of(event(i, "d-" + i)));
        }
        clock.move(WINDOW.plusMillis(1));
        small.expire(0);
        long later = clock.millis();
        for (int i = 61; i <= 116; i++) {
            record(small, i - 1, List.of(event(i, "d-" + i, later)));
        }

        assertThat(small.find(List.of(key("d-1"), key("d-59"), key("d-61"), key("d-116"))))
                .containsOnlyKeys(key("d-61"), key("d-116"));
    }

    @Test
    void manyRepeatedDeliveriesAreFoundInSeveralReads() {
        List<PositionedEvent> events = LongStream.rangeClosed(1, 1_000).mapToObj(i -> event(i, "d-" + i)).toList();
        record(0, events);

        assertThat(index.find(events.stream().map(each -> key(each.event().deliveryId())).toList())).hasSize(1_000);
    }

    @Test
    void aBatchThatIsTriedAgainStillSealsTheBucketsItPassed() {
        EventIndex small = small(START);
        List<PositionedEvent> events = LongStream.rangeClosed(1, 9).mapToObj(i -> event(i, "d-" + i)).toList();
        small.record(new EventBatch(0, 9, events, 0), new Transaction()); // never committed
        record(small, 0, events);

        assertThat(small(START).find(List.of(key("d-1"), key("d-5"), key("d-9")))).hasSize(3);
    }

    @Test
    void whatTheStartLeftUnreadIsFoundBeforeAndAfterItIsReadAndSealedWhole() {
        record(small(START), 0, List.of(event(1, "d-1"), event(2, "d-2"), event(5, "d-5")));

        EventIndex second = small(START);
        assertThat(second.find(List.of(key("d-1"), key("d-5"), key("new")))).as("unread").containsOnlyKeys(key("d-1"), key("d-5"));
        record(second, 5, List.of(event(6, "d-6"), event(9, "d-9")));
        assertThat(second.find(List.of(key("d-1"), key("d-5"), key("d-6")))).as("read").hasSize(3);

        EventIndex third = small(START);
        record(third, 9, List.of(event(10, "d-10")));
        assertThat(third.find(List.of(key("d-1"), key("d-5"), key("d-6"), key("d-9"), key("d-10")))).as("by stored filters").hasSize(5);
    }

    @Test
    void remembersNoMoreThanAQuarterOfTheHeapHolds() {
        assertThat(EventIndex.bucketsFor(4L << 30)).isEqualTo(1024);
        assertThat(EventIndex.bucketsFor(96L << 20)).isEqualTo(256);
        assertThat(EventIndex.bucketsFor(1)).as("one that is full and one that is written to").isEqualTo(2);
    }

    private EventIndex small(long now) {
        return new EventIndex(store, Clock.fixed(Instant.ofEpochMilli(now), ZoneOffset.UTC), WINDOW, 2, 16);
    }

    @Test
    void listsAndFindsEvents() {
        record(0, List.of(event(1, "d-1"), event(2, "d-2"), event(3, "d-3")));

        assertThat(index.list(null, Long.MAX_VALUE, 2)).extracting(entry -> entry.position().offset()).containsExactly(3L, 2L);
        assertThat(index.list("c", 3, 10)).hasSize(2);
        assertThat(index.list("other", 3, 10)).isEmpty();
        assertThat(index.find("e-2").orElseThrow().position().offset()).isEqualTo(2);
        assertThat(index.find("e-9")).isEmpty();
    }

    @Test
    void deletesRowsWithTheLogAndDeliveriesAfterTheirTime() {
        long later = 1L << EventIndex.BUCKET_BITS;
        record(0, List.of(event(1, "d-1"), event(2, "d-2")));
        record(2, List.of(event(later, "d-3")));

        index.expire(2);
        assertThat(index.list(null, Long.MAX_VALUE, 10)).hasSize(2);
        assertThat(index.find(List.of(key("d-1")))).hasSize(1);

        open(START + WINDOW.toMillis() + 1).expire(2);
        long left = store.read(handle -> handle.createQuery("SELECT count(*) FROM delivery").mapTo(Long.class).one());
        assertThat(left).isEqualTo(1);
    }

    /** Prints what the recorder reaches on this machine; the assertion is far below the aim of 30,000 rows a second. */
    @Test
    void recordsManyRowsASecond() {
        int rows = 1_500;
        int batches = 40;
        List<EventBatch> prepared = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            List<PositionedEvent> events = new ArrayList<>();
            for (int n = 1; n <= rows; n++) {
                long offset = (long) i * rows + n;
                events.add(new PositionedEvent(new Position(START, offset), TestEvents.verified(
                        Generators.timeBasedEpochGenerator().generate().toString(), "c")
                        .deliveryId(UUID.randomUUID().toString()).build()));
            }
            prepared.add(new EventBatch((long) i * rows, (long) (i + 1) * rows, events, 0));
        }
        long start = System.nanoTime();
        CompletableFuture<?> last = null;
        for (EventBatch batch : prepared) {
            Transaction transaction = new Transaction();
            index.record(batch, transaction);
            last = transaction.commit();
        }
        last.join();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("recorder: %,.0f rows/s (%,d rows in %.2f s)%n", batches * rows / seconds, batches * rows, seconds);
        assertThat(batches * rows / seconds).isGreaterThan(2_000);
    }

    private void record(long after, List<PositionedEvent> events) {
        record(index, after, events);
    }

    private void record(EventIndex into, long after, List<PositionedEvent> events) {
        Transaction transaction = new Transaction();
        into.record(new EventBatch(after, events.get(events.size() - 1).position().offset(), events, 0), transaction);
        transaction.commit().join();
        store.writeNow(handle -> handle.execute("INSERT INTO log_group (name, low_water, finished, created_at, updated_at) "
                + "VALUES ('recorder', ?, '', 0, 0) ON CONFLICT (name) DO UPDATE SET low_water = excluded.low_water",
                into.indexedTo()));
    }

    private static DeliveryKey key(String id) {
        return new DeliveryKey("source:test", id);
    }

    private static PositionedEvent event(long offset, String deliveryId) {
        return event(offset, deliveryId, START);
    }

    private static PositionedEvent event(long offset, String deliveryId, long millis) {
        return new PositionedEvent(new Position(millis, offset),
                TestEvents.verified("e-" + offset, "c").deliveryId(deliveryId).build());
    }

    private final class Transaction implements GroupTransaction {
        private final List<Work<?>> works = new ArrayList<>();
        private final List<Runnable> actions = new ArrayList<>();

        @Override
        public void enlist(Work<?> work) {
            works.add(work);
        }

        @Override
        public void afterCommit(Runnable action) {
            actions.add(action);
        }

        private CompletableFuture<?> commit() {
            return store.write(handle -> {
                for (Work<?> work : works) {
                    work.run(handle);
                }
                return null;
            }).thenRun(() -> actions.forEach(Runnable::run));
        }
    }
}
