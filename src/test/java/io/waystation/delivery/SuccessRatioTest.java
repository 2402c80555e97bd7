package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;

import io.waystation.MovableClock;
import org.junit.jupiter.api.Test;

class SuccessRatioTest {
    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private final SuccessRatio ratio = new SuccessRatio(clock);

    @Test
    void isOfTheDeliveriesThatEndedInTheLastHour() {
        assertThat(ratio.of(Duration.ofHours(1)).value()).as("nothing ended").isEqualTo(1);
        ratio.made();
        ratio.made();
        ratio.made();
        ratio.dead();
        assertThat(ratio.of(Duration.ofHours(1)).value()).isEqualTo(0.75);

        clock.move(Duration.ofMinutes(59));
        ratio.dead();
        assertThat(ratio.of(Duration.ofHours(1))).isEqualTo(new SuccessRatio.Ends(3, 2));

        clock.move(Duration.ofMinutes(1));
        assertThat(ratio.of(Duration.ofHours(1))).as("the first ones are an hour old").isEqualTo(new SuccessRatio.Ends(0, 1));
    }
}
