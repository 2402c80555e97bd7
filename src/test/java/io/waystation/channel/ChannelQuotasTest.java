package io.waystation.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import io.waystation.MovableClock;

class ChannelQuotasTest {
    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));

    @Test
    void letsABurstThroughAndThenTheRate() {
        ChannelQuotas quotas = new ChannelQuotas(TestChannelSettings.with(), clock);
        Quota quota = new Quota(2, 3, 0, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(quotas.admit("source", quota, 1)).isEmpty();
        }

        QuotaExceeded refusal = quotas.admit("source", quota, 1).orElseThrow();

        assertThat(refusal.limit()).isEqualTo("2 events per second");
        assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(refusal.reset()).isEqualTo(clock.instant().plusMillis(500));
        clock.move(Duration.ofMillis(500));
        assertThat(quotas.admit("source", quota, 1)).isEmpty();
        assertThat(quotas.admit("source", quota, 1)).isPresent();
    }

    @Test
    void earnsNothingWhenTheClockStepsBack() {
        ChannelQuotas quotas = new ChannelQuotas(TestChannelSettings.with(), clock);
        Quota quota = new Quota(1, 1, 0, 0);
        assertThat(quotas.admit("source", quota, 1)).isEmpty();

        clock.move(Duration.ofHours(-1));

        assertThat(quotas.admit("source", quota, 1)).isPresent();
    }

    @Test
    void countsBytesUntilMidnight() {
        ChannelQuotas quotas = new ChannelQuotas(TestChannelSettings.with(), clock);
        Quota quota = new Quota(0, 0, 100, 0);
        assertThat(quotas.admit("source", quota, 60)).isEmpty();
        assertThat(quotas.admit("source", quota, 40)).isEmpty();

        QuotaExceeded refusal = quotas.admit("source", quota, 1).orElseThrow();

        assertThat(refusal.limit()).isEqualTo("100 bytes per day");
        assertThat(refusal.reset()).isEqualTo(Instant.parse("2026-11-23T00:00:00Z"));
        clock.move(Duration.ofHours(14));
        assertThat(quotas.admit("source", quota, 100)).isEmpty();
    }

    @Test
    void remembersOnlySoManyOpenChannelsAndForgetsIdleOnes() {
        ChannelSettings settings = TestChannelSettings.with(
                "waystation.channels.open-limit", "2", "waystation.channels.open-idle", "10m");
        Channels channels = new Channels(settings);
        ChannelQuotas quotas = new ChannelQuotas(settings, clock);
        assertThat(quotas.admit(channels.policy("a").orElseThrow(), 1)).isEmpty();
        assertThat(quotas.admit(channels.policy("b").orElseThrow(), 1)).isEmpty();

        assertThat(quotas.admit(channels.policy("c").orElseThrow(), 1)).get()
                .extracting(QuotaExceeded::limit).isEqualTo("2 open channels");

        clock.move(Duration.ofMinutes(9));
        assertThat(quotas.admit(channels.policy("a").orElseThrow(), 1)).isEmpty();
        clock.move(Duration.ofMinutes(2));
        assertThat(quotas.admit(channels.policy("c").orElseThrow(), 1)).isEmpty();
        assertThat(quotas.openChannels()).isEqualTo(2);
    }

    @Test
    void limitsWhatAllOpenChannelsTakeTogether() {
        ChannelSettings settings = TestChannelSettings.with("waystation.channels.open-total-bytes-per-day", "100");
        Channels channels = new Channels(settings);
        ChannelQuotas quotas = new ChannelQuotas(settings, clock);
        assertThat(quotas.admit(channels.policy("a").orElseThrow(), 80)).isEmpty();

        assertThat(quotas.admit(channels.policy("b").orElseThrow(), 30)).get()
                .extracting(QuotaExceeded::limit).asString().contains("all open channels together");
    }

    @Test
    void doesNotLimitADefinedChannelByDefault() {
        ChannelSettings settings = TestChannelSettings.with("waystation.channels.ci.open", "true");
        ChannelQuotas quotas = new ChannelQuotas(settings, clock);
        ChannelPolicy policy = new Channels(settings).policy("ci").orElseThrow();

        for (int i = 0; i < 10_000; i++) {
            assertThat(quotas.admit(policy, 1 << 20)).isEmpty();
        }
    }
}
