package io.waystation.work.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ProgressThrottleTest {
    private static final long MILLI = 1_000_000;

    /** One telling and when. */
    private record Told(Progress progress, long at) {
    }

    /** Random progress at random moments, with a look at what is due every 200 ms, as the hub does it. */
    @RepeatedTest(200)
    void skipsOnlyWhatIsUnderFivePointsAndUnderASecondAndNeverLosesTheLastValue() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int before = random.nextInt(100);
        ProgressThrottle throttle = new ProgressThrottle(before);
        List<Told> told = new ArrayList<>();
        long now = random.nextLong();
        long looked = now;
        int highest = before;
        Progress last = null;
        for (int i = 0; i < 300; i++) {
            long next = now + random.nextInt(400) * MILLI;
            for (; looked + 200 * MILLI <= next; looked += 200 * MILLI) {
                long at = looked + 200 * MILLI;
                throttle.due(at).ifPresent(progress -> told.add(new Told(progress, at)));
            }
            now = next;
            Progress offered = new Progress(random.nextInt(130) - 15, random.nextBoolean() ? "step" + i : null, "message " + i);
            highest = Math.max(highest, offered.percent());
            Told previous = told.isEmpty() ? null : told.get(told.size() - 1);
            Optional<Progress> answer = throttle.offer(offered, now);
            boolean mustBeTold = previous == null || highest - previous.progress().percent() >= 5 || now - previous.at() >= 1000 * MILLI;
            assertThat(answer.isPresent()).as("seed %d, offer %d", seed, i).isEqualTo(mustBeTold);
            if (answer.isPresent()) {
                told.add(new Told(answer.get(), now));
            }
            last = offered;
        }
        long end = now + 1200 * MILLI;
        for (; looked <= end; looked += 200 * MILLI) {
            long at = looked;
            throttle.due(at).ifPresent(progress -> told.add(new Told(progress, at)));
        }

        Told finished = told.get(told.size() - 1);
        assertThat(finished.progress().percent()).as("seed %d", seed).isEqualTo(highest);
        assertThat(finished.progress().message()).as("seed %d", seed).isEqualTo(last.message());
        assertThat(throttle.dueAt()).isEmpty();
        for (int i = 1; i < told.size(); i++) {
            assertThat(told.get(i).progress().percent()).isGreaterThanOrEqualTo(told.get(i - 1).progress().percent());
        }
        assertThat(told).allSatisfy(one -> assertThat(one.progress().percent()).isBetween(before, 99));
    }

    @Test
    void aStepThatIsHeldBackIsToldWithTheNextMessage() {
        ProgressThrottle throttle = new ProgressThrottle(0);
        throttle.offer(new Progress(10, "fetch", "Fetching"), 0);
        assertThat(throttle.offer(new Progress(11, "build", null), MILLI)).isEmpty();
        assertThat(throttle.offer(new Progress(12, null, "Compiling"), 2 * MILLI)).isEmpty();

        assertThat(throttle.flush(3 * MILLI)).contains(new Progress(12, "build", "Compiling"));
        assertThat(throttle.flush(4 * MILLI)).isEmpty();
    }

    @Test
    void whatTheStoreDidNotTakeIsToldAgainUnlessNewerProgressCame() {
        ProgressThrottle throttle = new ProgressThrottle(0);
        Progress lost = throttle.offer(new Progress(40, "build", "Building"), 0).orElseThrow();
        throttle.notTold(lost);
        assertThat(throttle.due(1000 * MILLI)).contains(lost);

        Progress again = throttle.offer(new Progress(60, "verify", "Verifying"), 1001 * MILLI).orElseThrow();
        assertThat(throttle.offer(new Progress(61, null, "Nearly"), 1002 * MILLI)).isEmpty();
        throttle.notTold(again);
        assertThat(throttle.due(2002 * MILLI)).contains(new Progress(61, "verify", "Nearly"));
    }
}
