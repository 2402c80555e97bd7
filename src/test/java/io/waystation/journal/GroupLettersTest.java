package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
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

    private GroupLetters lettersOf(String group) {
        return new GroupLetters(log.deadLetters(), new GroupOptions(
                group, EventFilter.ALL, null, 1, false, "tail", 100, 0, 1_000, 10), shared);
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
