package io.waystation.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamRoundsTest {
    private final List<Long> rests = new ArrayList<>();
    private final ScheduledThreadPoolExecutor loop = new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            if (delay > 0) { // what is executed at once comes by here as well
                rests.add(unit.toNanos(delay));
            }
            return super.schedule(task, delay, unit);
        }
    };

    @AfterEach
    void stop() {
        loop.shutdownNow();
    }

    private static void spend(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** What the loop does once everything asked of it so far is done, rests too. */
    private void settle(AtomicInteger rounds, int expected) {
        Awaitility.await().until(() -> rounds.get() >= expected);
        Awaitility.await().until(() -> loop.getQueue().isEmpty() && loop.getActiveCount() == 0);
        assertThat(rounds).hasValue(expected);
    }

    @Test
    void whatComesDuringARoundOrTheRestAfterItIsOneMoreRound() {
        AtomicInteger rounds = new AtomicInteger();
        StreamRounds[] self = new StreamRounds[1];
        self[0] = new StreamRounds(loop, () -> {
            spend(3);
            if (rounds.incrementAndGet() == 1) {
                for (int i = 0; i < 100; i++) {
                    self[0].signal();
                }
            }
            return false;
        });

        self[0].signal();

        settle(rounds, 2);
        assertThat(rests).hasSize(2).allSatisfy(rest -> assertThat(rest).isBetween(3_000_000L, 20_000_000L));
        self[0].signal();
        settle(rounds, 3);
    }

    @Test
    void aShortRoundIsFollowedByNoRest() {
        AtomicInteger rounds = new AtomicInteger();
        List<Runnable> tasks = new ArrayList<>();
        StreamRounds each = new StreamRounds(tasks::add, () -> rounds.incrementAndGet() < 0);

        each.signal();
        each.signal();
        assertThat(tasks).hasSize(1);
        tasks.remove(0).run();
        each.signal();
        tasks.remove(0).run();

        assertThat(rounds).hasValue(2);
        assertThat(tasks).isEmpty();
    }

    @Test
    void theLoopDoesOtherWorkBetweenTheSlicesOfARound() {
        List<String> order = new ArrayList<>();
        AtomicInteger slices = new AtomicInteger();
        StreamRounds rounds = new StreamRounds(loop, () -> {
            order.add("slice");
            if (slices.incrementAndGet() == 1) {
                loop.execute(() -> order.add("other"));
            }
            return slices.get() < 3;
        });

        rounds.signal();

        settle(slices, 3);
        assertThat(order).containsExactly("slice", "other", "slice", "slice");
    }

    @Test
    void aFailureEndsItsRoundOnly() {
        AtomicInteger rounds = new AtomicInteger();
        BooleanSupplier failing = () -> {
            rounds.incrementAndGet();
            throw new StackOverflowError("a stream");
        };
        StreamRounds each = new StreamRounds(loop, failing);

        each.signal();
        settle(rounds, 1);
        each.signal();
        settle(rounds, 2);
    }

    @Test
    void aLoopThatIsGoneIsAskedAgainTheNextTime() {
        AtomicInteger asked = new AtomicInteger();
        StreamRounds each = new StreamRounds(task -> {
            asked.incrementAndGet();
            throw new RejectedExecutionException();
        }, () -> false);

        each.signal();
        each.signal();

        assertThat(asked).hasValue(2);
    }
}
