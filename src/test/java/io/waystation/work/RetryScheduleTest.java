package io.waystation.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryScheduleTest {
    @Test
    void saysHowLongToWaitAfterEachAttempt() {
        RetrySchedule schedule = RetrySchedule.parse("10s, 1m x 2,1h30m");

        assertThat(schedule.after(1)).contains(Duration.ofSeconds(10));
        assertThat(schedule.after(2)).contains(Duration.ofMinutes(1));
        assertThat(schedule.after(3)).contains(Duration.ofMinutes(1));
        assertThat(schedule.after(4)).contains(Duration.ofMinutes(90));
        assertThat(schedule.after(5)).isEmpty();
    }

    @Test
    void noneAndNothingAreNoSecondAttempt() {
        assertThat(RetrySchedule.parse("none").after(1)).isEmpty();
        assertThat(RetrySchedule.parse(null).after(1)).isEmpty();
        assertThat(RetrySchedule.parse(" ").after(1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "1m x", "1m x 5 x 5", "1s x 2000", ",", "10s,,1m", "10", "10s, 60"})
    void refusesWhatItDoesNotUnderstand(String text) {
        assertThatThrownBy(() -> RetrySchedule.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }
}
