package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

/** What stored events may hold in memory while clients catch up. */
class HistoryBudgetTest {
    private static final long BUDGET = 1 << 20;

    private final MemoryHistory history = new MemoryHistory();
    private final ManualExecutor pool = new ManualExecutor();
    private final HistoryBudget budget = new HistoryBudget(BUDGET);
    private final HistoryReader reader = new HistoryReader(history, pool, budget, new EventFrames(Long.MAX_VALUE, TestStreams.metrics()));

    private void run() {
        boolean busy = true;
        while (busy) {
            busy = pool.runOne();
        }
    }

    private static void release(CompletableFuture<HistoryReader.Chunk> read) {
        read.join().release().run();
    }

    @Test
    void readsWaitForRoomAndAllGetTheirTurn() {
        IntStream.range(0, 40).forEach(i -> history.add("alpha", 100_000));
        List<CompletableFuture<HistoryReader.Chunk>> reads = new ArrayList<>();
        for (int after = 0; after < 20; after++) {
            reads.add(reader.read("alpha", after, StreamEncodings.SMEE));
        }
        run();
        assertThat(reads.get(0)).isCompleted();
        assertThat(reads.get(19)).isNotDone();

        for (CompletableFuture<HistoryReader.Chunk> read : reads) {
            assertThat(read).isCompleted();
            assertThat(budget.used()).isPositive().isLessThanOrEqualTo(BUDGET);
            release(read);
            run();
        }
        assertThat(budget.used()).isZero();
    }

    @Test
    void aSharedChunkIsHeldUntilTheLastLetsItGo() {
        history.add("alpha", 1_000);
        CompletableFuture<HistoryReader.Chunk> one = reader.read("alpha", 0, StreamEncodings.SMEE);
        CompletableFuture<HistoryReader.Chunk> two = reader.read("alpha", 0, StreamEncodings.SMEE);
        run();

        release(one);
        assertThat(budget.used()).isPositive();
        release(two);
        assertThat(budget.used()).isZero();
    }

    @Test
    void readsOneChunkAheadOfAReaderAndNoneFurther() {
        HistoryBudget roomy = new HistoryBudget(10 * BUDGET);
        HistoryReader reader = new HistoryReader(history, pool, roomy, new EventFrames(Long.MAX_VALUE, TestStreams.metrics()));
        IntStream.range(0, 1_000).forEach(i -> history.add("alpha", 10));
        CompletableFuture<HistoryReader.Chunk> first = reader.read("alpha", 0, StreamEncodings.SMEE);
        run();
        assertThat(history.reads()).isEqualTo(2);

        CompletableFuture<HistoryReader.Chunk> second = reader.read("alpha", first.join().last(), StreamEncodings.SMEE);
        assertThat(second).isCompleted();
        release(first);
        run();
        assertThat(history.reads()).isEqualTo(3);
        assertThat(second.join().events().get(0).offset()).isEqualTo(first.join().last() + 1);

        release(second); // without asking for the third
        assertThat(roomy.used()).isZero();
        reader.read("alpha", second.join().last(), StreamEncodings.SMEE);
        assertThat(pool.waiting()).isEqualTo(1);
    }

    @Test
    void readsNothingAheadWhileHalfOfTheRoomIsTaken() {
        IntStream.range(0, 1_000).forEach(i -> history.add("alpha", 10));
        CompletableFuture<HistoryReader.Chunk> other = reader.read("alpha", 800, StreamEncodings.SMEE);
        run();
        int reads = history.reads();
        CompletableFuture<HistoryReader.Chunk> first = reader.read("alpha", 0, StreamEncodings.SMEE);
        run();
        assertThat(first).isCompleted();
        assertThat(history.reads()).isEqualTo(reads + 1);
        release(other);
    }

    @Test
    void whatIsReadAheadIsDroppedWithItsReader() {
        IntStream.range(0, 1_000).forEach(i -> history.add("alpha", 10));
        CompletableFuture<HistoryReader.Chunk> first = reader.read("alpha", 0, StreamEncodings.SMEE);
        pool.runOne();
        release(first);
        assertThat(budget.used()).isZero();
        run();
        assertThat(history.reads()).isEqualTo(2);
        assertThat(budget.used()).isZero();
    }

    @Test
    void theEndOfTheLogIsReadAgainByWhoComesLater() {
        IntStream.range(0, 300).forEach(i -> history.add("alpha", 10));
        CompletableFuture<HistoryReader.Chunk> first = reader.read("alpha", 0, StreamEncodings.SMEE);
        run();
        history.add("alpha", 10);
        CompletableFuture<HistoryReader.Chunk> second = reader.read("alpha", first.join().last(), StreamEncodings.SMEE);
        run();
        assertThat(second.join().last()).isEqualTo(301);
        release(second);
        release(first);
        assertThat(budget.used()).isZero();
    }

    @Test
    void anEventLargerThanTheBudgetIsLetThroughWithoutAnotherLargeOne() {
        history.add("alpha", 200_000);
        history.add("beta", 2 << 20);
        history.add("gamma", 10);
        CompletableFuture<HistoryReader.Chunk> first = reader.read("alpha", 0, StreamEncodings.SMEE);
        run();
        CompletableFuture<HistoryReader.Chunk> large = reader.read("beta", 1, StreamEncodings.SMEE);
        CompletableFuture<HistoryReader.Chunk> small = reader.read("gamma", 2, StreamEncodings.SMEE);
        run();
        assertThat(large).isNotDone();
        assertThat(small).isCompleted();

        release(first);
        run();
        assertThat(large.join().events()).as("goes beside a small one").hasSize(1);
        assertThat(budget.used()).isGreaterThan(BUDGET);
        release(large);
        release(small);
        assertThat(budget.used()).isZero();
    }

    @Test
    void largeReadsThatNobodyTakesHoldUpNoSmallOnes() {
        IntStream.range(0, 20).forEach(i -> history.add("large", 200_000));
        IntStream.range(0, 5).forEach(i -> history.add("small", 100));
        List<CompletableFuture<HistoryReader.Chunk>> large = IntStream.range(0, 20)
                .mapToObj(after -> reader.read("large", after, StreamEncodings.SMEE)).toList();
        run();
        assertThat(large).anyMatch(CompletableFuture::isDone).anyMatch(read -> !read.isDone());

        for (int i = 0; i < 5; i++) {
            CompletableFuture<HistoryReader.Chunk> small = reader.read("small", 20 + i, StreamEncodings.SMEE);
            run();
            assertThat(small).isCompleted();
            assertThat(budget.used()).isLessThanOrEqualTo(BUDGET);
        }
    }
}
