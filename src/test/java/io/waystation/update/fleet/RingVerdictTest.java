package io.waystation.update.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.waystation.update.fleet.RingCount.Member;
import io.waystation.update.fleet.RingVerdict.Action;

/** When a ring is opened, when a rollout is halted, and when neither. */
class RingVerdictTest {
    private static final Instant OPENED = Instant.parse("2026-03-01T12:00:00Z");
    private static final RingPolicy POLICY =
            new RingPolicy(List.of(1, 10, 50, 100), 2, 95, Duration.ofHours(1), Duration.ofMinutes(10), Duration.ofDays(30));

    private static RingVerdict judge(int good, int failed, int silent, int waiting, int admits, Duration after) {
        return RingVerdict.of(POLICY, new RingCount(good, failed, silent, waiting), admits, OPENED, OPENED.plus(after));
    }

    private static List<Member> members(int many, ReportState said, Instant at) {
        return new ArrayList<>(Collections.nCopies(many, new Member(said, at, OPENED)));
    }

    @Test
    void aRingRestsBeforeTheNextOneIsOpened() {
        assertThat(judge(10, 0, 0, 0, 10, Duration.ofMinutes(9)).action()).isEqualTo(Action.WAIT);
        assertThat(judge(10, 0, 0, 0, 10, Duration.ofMinutes(10))).isEqualTo(
                new RingVerdict(Action.OPEN, 50, "10 of 10 machines have it, 0 failed, 0 are silent, 0 have time left"));
    }

    @Test
    void theNextRingWaitsUntilEnoughMachinesHaveItOrNobodyHasTimeLeft() {
        assertThat(judge(94, 0, 0, 6, 10, Duration.ofHours(1)).action()).isEqualTo(Action.WAIT);
        assertThat(judge(95, 0, 0, 5, 10, Duration.ofHours(1)).action()).isEqualTo(Action.OPEN);
        assertThat(judge(98, 2, 0, 0, 10, Duration.ofHours(1)).action()).isEqualTo(Action.OPEN);
    }

    @Test
    void failuresUpToTheThresholdAreBorneAndOneMoreHaltsAtOnce() {
        assertThat(judge(90, 2, 0, 8, 10, Duration.ofMinutes(1)).action()).isEqualTo(Action.WAIT);
        assertThat(judge(0, 3, 0, 97, 10, Duration.ofSeconds(1)).action()).isEqualTo(Action.HALT);
        assertThat(judge(97, 0, 3, 0, 10, Duration.ofHours(1)).action()).isEqualTo(Action.HALT);
        assertThat(judge(98, 1, 2, 0, 100, Duration.ofHours(1)).action()).as("also in the last ring").isEqualTo(Action.HALT);
    }

    @Test
    void oneFailureInASmallRingIsMoreThanAFewPercent() {
        assertThat(judge(2, 1, 0, 0, 1, Duration.ofMinutes(1)).action()).isEqualTo(Action.HALT);
    }

    @Test
    void aRingWithoutMachinesIsPassed() {
        assertThat(judge(0, 0, 0, 0, 1, Duration.ofMinutes(10))).extracting(RingVerdict::action, RingVerdict::admits)
                .containsExactly(Action.OPEN, 10);
    }

    @Test
    void afterTheLastRingNothingIsLeftToOpen() {
        assertThat(judge(100, 0, 0, 0, 100, Duration.ofHours(1)).action()).isEqualTo(Action.COMPLETE);
    }

    @Test
    void silenceCountsFromWhenTheMachineWasAdmitted() {
        List<Member> members = members(1, null, null);
        members.add(new Member(null, null, OPENED.plus(Duration.ofMinutes(30))));

        assertThat(RingCount.of(members, Duration.ofHours(1), null, OPENED.plus(Duration.ofMinutes(59)))).isEqualTo(new RingCount(0, 0, 0, 2));
        assertThat(RingCount.of(members, Duration.ofHours(1), null, OPENED.plus(Duration.ofMinutes(60)))).isEqualTo(new RingCount(0, 0, 1, 1));
        assertThat(RingCount.of(members, Duration.ofHours(1), null, OPENED.plus(Duration.ofMinutes(90)))).isEqualTo(new RingCount(0, 0, 2, 0));
    }

    @Test
    void aRolloutThatAPersonResumedForgetsTheFailuresBefore() {
        Instant resumed = OPENED.plus(Duration.ofHours(2));
        List<Member> members = members(5, ReportState.ROLLED_BACK, OPENED.plus(Duration.ofMinutes(5)));
        members.addAll(members(1, ReportState.FAILED, resumed));
        members.addAll(members(20, ReportState.UPDATED, OPENED.plus(Duration.ofMinutes(5))));
        members.addAll(members(1, null, null));

        assertThat(RingCount.of(members, Duration.ofHours(1), resumed, resumed.plusSeconds(1))).isEqualTo(new RingCount(20, 1, 0, 1));
    }

    @Test
    void ringsThatCannotBeAreRefused() {
        assertThat(RingPolicy.rings("1, 10,50 ,100")).containsExactly(1, 10, 50, 100);
        for (String wrong : List.of("", "10", "10, 5, 100", "0, 100", "a, 100", "50, 101")) {
            assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> new RingPolicy(RingPolicy.rings(wrong), 2, 95, Duration.ofHours(1),
                    Duration.ZERO, Duration.ofDays(30)));
        }
    }
}
