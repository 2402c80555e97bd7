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
    private final HistoryReader reader = new HistoryReader(history, pool, budget);

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
    void anEventLargerThanTheBudgetIsLetThroughAlone() {
        history.add("alpha", 10);
        history.add("beta", 2 << 20);
        CompletableFuture<HistoryReader.Chunk> small = reader.read("alpha", 0, StreamEncodings.SMEE);
        run();
        CompletableFuture<HistoryReader.Chunk> large = reader.read("beta", 1, StreamEncodings.SMEE);
        run();
        assertThat(large).isNotDone();

        release(small);
        run();
        assertThat(large.join().events()).hasSize(1);
        assertThat(budget.used()).isGreaterThan(BUDGET);
        release(large);
        assertThat(budget.used()).isZero();
    }
}
