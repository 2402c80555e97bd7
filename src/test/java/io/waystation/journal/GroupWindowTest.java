package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

class GroupWindowTest {
    @Test
    void lowWaterStaysBelowWhatIsOpen() {
        GroupWindow window = new GroupWindow(GroupProgress.at(10), 1_000);
        window.begin(10, 11);
        window.begin(11, 12);
        window.begin(13, 14);
        window.advance(20);

        window.finish(12);
        window.finish(14);

        assertThat(window.progress()).isEqualTo(new GroupProgress(10, "2,4"));
        window.finish(11);
        assertThat(window.progress()).isEqualTo(new GroupProgress(20, ""));
    }

    @Test
    void aBatchHoldsTheWholeRangeItStandsFor() {
        GroupWindow window = new GroupWindow(GroupProgress.at(0), 4);
        window.begin(0, 50);
        window.advance(50);

        assertThat(window.lowWater()).isZero();
        window.finish(50);
        assertThat(window.lowWater()).isEqualTo(50);
    }

    @Test
    void openAndFinishedRecordsTogetherAreBounded() {
        GroupWindow window = new GroupWindow(GroupProgress.at(0), 3);
        window.begin(0, 1);
        window.begin(1, 2);
        window.begin(2, 3);
        window.advance(3);
        window.finish(2);

        assertThat(window.room()).isZero();
        window.finish(1);
        assertThat(window.room()).as("before the commit").isZero();
        window.committed(window.progress());
        assertThat(window.room()).isEqualTo(2);
    }

    @Test
    void aWindowThatWasMadeSmallerThanWhatIsFinishedGoesOnOneByOne() {
        GroupWindow window = new GroupWindow(new GroupProgress(0, "2-9"), 3);
        assertThat(window.room()).isOne();

        window.begin(0, 1);
        window.advance(1);
        assertThat(window.room()).isZero();
        window.finish(1);
        window.advance(9);
        window.committed(window.progress());

        assertThat(window.progress()).isEqualTo(GroupProgress.at(9));
        assertThat(window.room()).isEqualTo(3);
    }

    @Test
    void aBatchThatIsTakenApartAfterItWasCountedAsFinishedIsOpenAgain() {
        GroupWindow window = new GroupWindow(new GroupProgress(0, "4-6"), 4);
        window.begin(0, 3);
        window.advance(6);
        window.finish(3);
        assertThat(window.progress()).isEqualTo(GroupProgress.at(6));

        window.replace(3, List.of(1L, 3L));

        assertThat(window.progress()).isEqualTo(new GroupProgress(0, "4-6"));
        window.finish(1);
        assertThat(window.progress()).isEqualTo(new GroupProgress(2, "2-4"));
    }

    /** Any interleaving of reading, finishing, committing and restarting does every wanted offset, and none twice. */
    @Test
    void whateverTheOrderNothingIsMissingAndNothingCommittedIsRepeated() {
        for (long seed = 0; seed < 600; seed++) {
            new RandomRun(new Random(seed)).run();
        }
    }

    /** A group whose route may take single events at one start and batches at another. */
    private static final class RandomRun {
        private static final int TAIL = 400;
        private final Random random;
        private final TreeSet<Long> wanted = new TreeSet<>();
        private final TreeSet<Long> committedDone = new TreeSet<>();
        private GroupProgress stored = GroupProgress.at(0);
        private GroupWindow window;
        private boolean batches;
        /** What is begun: the events, by the offset it ends at. */
        private final TreeMap<Long, List<Long>> open = new TreeMap<>();

        private RandomRun(Random random) {
            this.random = random;
            for (long offset = 1; offset <= TAIL; offset++) {
                if (random.nextInt(3) > 0) {
                    wanted.add(offset);
                }
            }
            restart();
        }

        private void restart() {
            batches = random.nextBoolean();
            window = new GroupWindow(stored, batches ? 4 : 1 + random.nextInt(40));
            open.clear();
        }

        private void run() {
            while (stored.lowWater() < TAIL) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2 -> read();
                    case 3, 4, 5, 6, 7 -> finishAndCommit();
                    case 8 -> read();
                    default -> {
                        if (random.nextInt(10) == 0) {
                            restart();
                        }
                    }
                }
            }
            assertThat(committedDone).isEqualTo(wanted);
        }

        private void read() {
            int room = window.room();
            if (room == 0) {
                assertThat(open).as("something that makes room").isNotEmpty();
                return;
            }
            long after = window.readTo();
            int limit = batches ? 1 + random.nextInt(8) : Math.min(room, 1 + random.nextInt(8));
            List<Long> found = wanted.tailSet(after, false).stream().limit(limit).toList();
            long last = found.isEmpty() ? TAIL : lastRead(found.get(found.size() - 1));
            List<Long> left = found.stream().filter(offset -> !window.isFinished(offset)).toList();
            if (!batches) {
                left.forEach(offset -> begin(offset - 1, offset, List.of(offset)));
            } else if (!left.isEmpty()) {
                begin(after, last, left);
            }
            window.advance(last);
        }

        /** A batch may cover offsets nobody wants behind its last event. */
        private long lastRead(long offset) {
            Long next = wanted.higher(offset);
            return random.nextBoolean() ? offset : next == null ? TAIL : next - 1;
        }

        private void begin(long after, long last, List<Long> events) {
            window.begin(after, last);
            open.put(last, events);
        }

        private void finishAndCommit() {
            List<Long> ended = new ArrayList<>();
            for (int i = batches ? 0 : random.nextInt(4); i >= 0 && !open.isEmpty(); i--) {
                List<Long> candidates = open.keySet().stream().filter(last -> !ended.contains(last))
                        .filter(last -> !batches || window.isFirst(last)).toList();
                if (!candidates.isEmpty()) {
                    ended.add(candidates.get(random.nextInt(candidates.size())));
                }
            }
            List<Long> events = ended.stream().flatMap(last -> open.get(last).stream()).toList();
            ended.forEach(window::finish);
            GroupProgress progress = window.progress();
            if (random.nextInt(20) == 0) {
                restart(); // killed before the commit
                return;
            }
            ended.forEach(open::remove);
            if (batches && random.nextInt(5) == 0) { // the commit fails, and each event is tried alone
                ended.forEach(last -> window.replace(last, events));
                events.forEach(event -> open.put(event, List.of(event)));
                return;
            }
            for (long offset : events) {
                assertThat(committedDone.add(offset)).as("offset %d is done once", offset).isTrue();
            }
            assertThat(progress.lowWater()).isGreaterThanOrEqualTo(stored.lowWater());
            assertThat(wanted.headSet(progress.lowWater(), true)).allMatch(committedDone::contains);
            assertThat(committedDone).containsAll(progress.finishedOffsets());
            stored = progress;
            window.committed(stored);
        }
    }
}
