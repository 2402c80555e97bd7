package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many dead letters that are queued again a group takes into memory at once. */
class GroupLettersTest {
    private static final int BODY = 1 << 20;
    private static final long AMPLE = 100L * BODY;

    @TempDir
    Path temp;

    private final Semaphore shared = new Semaphore(10 * BODY);
    private LogFixture log;

    @BeforeEach
    void open() throws Exception {
        log = LogFixture.open(temp);
    }

    @AfterEach
    void close() throws Exception {
        log.close();
    }

    @Test
    void takesAsManyAsThereIsRoomForAndTheOthersWhenThoseHaveEnded() {
        queue("g", 5);
        GroupLetters letters = lettersOf("g");

        List<GroupRecord> first = letters.take(2 * BODY + BODY / 2);
        assertThat(offsets(first)).containsExactly(1L, 2L);
        assertThat(letters.mayBeQueued()).as("whether it reads again before one has ended").isFalse();

        end(letters, first.get(0));
        assertThat(letters.mayBeQueued()).isTrue();
        assertThat(offsets(letters.take(BODY + BODY / 2))).containsExactly(3L);
        assertThat(letters.take(AMPLE)).isEmpty();
    }

    @Test
    void takesOneThatIsLargerThanAllRoomIfNoneIsUnderWay() {
        queue("g", 2);
        GroupLetters letters = lettersOf("g");

        List<GroupRecord> first = letters.take(1);
        assertThat(offsets(first)).containsExactly(1L);

        letters.look();
        assertThat(letters.take(1)).isEmpty();
        end(letters, first.get(0));
        assertThat(offsets(letters.take(1))).containsExactly(2L);
    }

    @Test
    void severalGroupsShareTheRoomAndNoneIsLeftWithoutALetter() {
        queue("greedy", 20);
        queue("modest", 2);
        GroupLetters greedy = lettersOf("greedy");
        GroupLetters modest = lettersOf("modest");

        List<GroupRecord> most = greedy.take(AMPLE);
        assertThat(most).hasSize(9); // a tenth does not fit with its headers
        List<GroupRecord> one = modest.take(AMPLE);
        assertThat(offsets(one)).containsExactly(1L);

        greedy.close();
        end(modest, one.get(0));
        assertThat(offsets(modest.take(AMPLE))).containsExactly(2L);
        modest.close();
        assertThat(shared.availablePermits()).as("what groups that have stopped leave").isEqualTo(10 * BODY);
    }

    @Test
    void oneThatIsDiscardedLeavesItsRoomToOthers() {
        List<String> ids = queue("g", 3);
        GroupLetters letters = lettersOf("g");
        List<GroupRecord> first = letters.take(BODY);

        log.deadLetters().discard(ids.subList(0, 1));
        end(letters, first.get(0));
        log.deadLetters().discard(ids.subList(1, 2));

        assertThat(offsets(letters.take(AMPLE))).containsExactly(3L);
    }

    @Test
    void largeDeadLettersThatAreQueuedTogetherAreNotAllHeldInMemory() throws Exception {
        int count = 10;
        AtomicBoolean broken = new AtomicBoolean(true);
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger running = new AtomicInteger();
        log.consume("group=g&concurrency=16", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("down");
            }
            running.incrementAndGet();
            released.await();
            log.see(exchange);
        });
        for (int i = 0; i < count; i++) {
            log.append(TestEvents.verified("e" + i, "c").key("k" + i).body(new byte[10 << 20]).build());
        }
        await().until(() -> log.deadLetters().count("g") == count);
        broken.set(false);

        log.deadLetters().requeue(log.deadLettersOf("g").stream().map(DeadLetter::id).toList());
        await().untilAsserted(() -> assertThat(running).hasPositiveValue());
        await().during(Duration.ofSeconds(1)).untilAsserted(() -> assertThat(running).hasValueLessThanOrEqualTo(3)); // 32 MiB
        released.countDown();

        await().untilAsserted(() -> assertThat(log.seen()).hasSize(count).doesNotHaveDuplicates());
        await().untilAsserted(() -> assertThat(log.deadLetters().count("g")).isZero());
    }

    @Test
    void aDeadLetterThatCouldNotBeReadIsTriedWhenItCanAndHoldsUpNoEvents() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        log.consume("group=g", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("down");
            }
            log.see(exchange);
        });
        log.append(TestEvents.verified("letter", "c").build());
        await().until(() -> log.deadLetters().count("g") == 1);
        broken.set(false);
        String id = log.deadLettersOf("g").get(0).id();
        log.store().writeNow(handle -> handle.execute("ALTER TABLE dead_letter RENAME COLUMN headers TO away"));

        log.deadLetters().requeue(List.of(id));
        log.append(TestEvents.verified("event", "c").build());
        log.awaitSeen("event");
        log.store().writeNow(handle -> handle.execute("ALTER TABLE dead_letter RENAME COLUMN away TO headers"));

        log.awaitSeen("event", "letter");
    }

    private GroupLetters lettersOf(String group) {
        GroupOptions options = new GroupOptions(group, EventFilter.ALL, null, 1, false, "tail", 100, 0, 1_000, 10);
        return new GroupLetters(log.deadLetters(), options, new Acceptance(options), shared);
    }

    /** Queues as many large dead letters, of the offsets from 1 on; answers their ids in this order. */
    private List<String> queue(String group, int count) {
        log.store().writeNow(handle -> {
            IntStream.rangeClosed(1, count).forEach(offset -> DeadLetterRows.insert(handle, group, new PositionedEvent(
                    new Position(1_767_225_600_000L, offset), TestEvents.verified("e" + offset, "c").body(new byte[BODY]).build()),
                    new GroupRecord.Failure(new IllegalStateException("down"), null, 1), 1_767_225_600_000L));
            return count;
        });
        List<String> ids = log.deadLettersOf(group).stream().map(DeadLetter::id).sorted().toList();
        log.deadLetters().requeue(ids);
        return ids;
    }

    /** The record went well, and that is in the store. */
    private void end(GroupLetters letters, GroupRecord record) {
        log.deadLetters().discard(List.of(record.letter().id()));
        letters.ended(record);
    }

    private static List<Long> offsets(List<GroupRecord> records) {
        return records.stream().map(GroupRecord::offset).toList();
    }
}
