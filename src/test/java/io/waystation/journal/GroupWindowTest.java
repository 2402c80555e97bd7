package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
        assertThat(window.room()).isEqualTo(2);
    }

    /** Any interleaving of reading, finishing, committing and restarting does every wanted offset, and none twice. */
    @Test
    void whateverTheOrderNothingIsMissingAndNothingCommittedIsRepeated() {
        for (long seed = 0; seed < 300; seed++) {
            new RandomRun(new Random(seed)).run();
        }
    }

    private static final class RandomRun {
        private static final int TAIL = 400;
        private final Random random;
        private final TreeSet<Long> wanted = new TreeSet<>();
        private final TreeSet<Long> committedDone = new TreeSet<>();
        private GroupProgress stored = GroupProgress.at(0);
        private GroupWindow window;
        private final List<Long> open = new ArrayList<>();

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
            window = new GroupWindow(stored, 1 + random.nextInt(40));
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
            long after = window.readTo();
            List<Long> found = wanted.tailSet(after, false).stream().limit(Math.min(room, 1 + random.nextInt(8))).toList();
            if (room == 0) {
                return;
            }
            for (long offset : found) {
                if (window.begin(offset - 1, offset)) {
                    open.add(offset);
                }
            }
            window.advance(found.isEmpty() ? TAIL : found.get(found.size() - 1));
        }

        private void finishAndCommit() {
            List<Long> batch = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0 && !open.isEmpty(); i--) {
                batch.add(open.remove(random.nextInt(open.size())));
            }
            batch.forEach(window::finish);
            GroupProgress progress = window.progress();
            if (random.nextInt(20) == 0) {
                restart(); // killed before the commit
                return;
            }
            for (long offset : batch) {
                assertThat(committedDone.add(offset)).as("offset %d is done once", offset).isTrue();
            }
            assertThat(progress.lowWater()).isGreaterThanOrEqualTo(stored.lowWater());
            assertThat(wanted.headSet(progress.lowWater(), true)).allMatch(committedDone::contains);
            assertThat(committedDone).containsAll(progress.finishedOffsets());
            stored = progress;
        }
    }
}
