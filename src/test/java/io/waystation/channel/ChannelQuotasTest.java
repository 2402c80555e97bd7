package io.waystation.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;

import io.waystation.MovableClock;

class ChannelQuotasTest {
    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));

    private static Optional<QuotaExceeded> admit(ChannelQuotas quotas, Quota quota, long bytes) {
        return quotas.admit("/webhook/source", quota, new Channels(TestChannelSettings.with("waystation.channels.ci.open", "true"))
                .policy("ci").orElseThrow(), bytes);
    }

    @Test
    void letsABurstThroughAndThenTheRate() {
        ChannelQuotas quotas = new ChannelQuotas(TestChannelSettings.with(), clock);
        Quota quota = new Quota(2, 3, 0, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(admit(quotas, quota, 1)).isEmpty();
        }

        QuotaExceeded refusal = admit(quotas, quota, 1).orElseThrow();

        assertThat(refusal.limit()).isEqualTo("2 events per second");
        assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(refusal.reset()).isEqualTo(clock.instant().plusMillis(500));
        clock.move(Duration.ofMillis(500));
        assertThat(admit(quotas, quota, 1)).isEmpty();
        assertThat(admit(quotas, quota, 1)).isPresent();
    }

    @Test
    void keepsToTheRateWhenTheClockStepsBack() {
        ChannelQuotas quotas = new ChannelQuotas(TestChannelSettings.with(), clock);
        Quota quota = new Quota(2, 2, 0, 0);
        assertThat(admit(quotas, quota, 1)).isEmpty();
        assertThat(admit(quotas, quota, 1)).isEmpty();

        clock.move(Duration.ofHours(-1));

        assertThat(admit(quotas, quota, 1)).as("a step back earns nothing").isPresent();
        for (int i = 0; i < 20; i++) {
            clock.move(Duration.ofMillis(500));
            assertThat(admit(quotas, quota, 1)).as("half a second earns one post").isEmpty();
            assertThat(admit(quotas, quota, 1)).as("and no more").isPresent();
        }
    }

    @Test
    void countsTheBytesOfTheDayTheClockStepsBackTo() {
        ChannelQuotas quotas = new ChannelQuotas(TestChannelSettings.with(), clock);
        Quota quota = new Quota(0, 0, 100, 0);
        assertThat(admit(quotas, quota, 100)).isEmpty();

        clock.move(Duration.ofDays(-30));

        assertThat(admit(quotas, quota, 100)).isEmpty();
        QuotaExceeded refusal = admit(quotas, quota, 1).orElseThrow();
        assertThat(refusal.reset()).isEqualTo(Instant.parse("2026-10-24T00:00:00Z"));
        clock.move(Duration.ofDays(1));
        assertThat(admit(quotas, quota, 100)).isEmpty();
    }

    @Test
    void forgetsIdleOpenChannelsAlsoAfterTheClockSteppedBack() {
        ChannelSettings settings = TestChannelSettings.with(
                "waystation.channels.open-limit", "1", "waystation.channels.open-idle", "10m");
        Channels channels = new Channels(settings);
        ChannelQuotas quotas = new ChannelQuotas(settings, clock);
        assertThat(quotas.admit(channels.policy("a").orElseThrow(), 1)).isEmpty();
        assertThat(quotas.admit(channels.policy("b").orElseThrow(), 1)).isPresent();

        clock.move(Duration.ofDays(-1));

        assertThat(quotas.admit(channels.policy("b").orElseThrow(), 1)).as("not idle yet").isPresent();
        clock.move(Duration.ofMinutes(11));
        assertThat(quotas.admit(channels.policy("b").orElseThrow(), 1)).isEmpty();
    }

    @Test
    void countsBytesUntilMidnight() {
        ChannelQuotas quotas = new ChannelQuotas(TestChannelSettings.with(), clock);
        Quota quota = new Quota(0, 0, 100, 0);
        assertThat(admit(quotas, quota, 60)).isEmpty();
        assertThat(admit(quotas, quota, 40)).isEmpty();

        QuotaExceeded refusal = admit(quotas, quota, 1).orElseThrow();

        assertThat(refusal.limit()).isEqualTo("100 bytes per day");
        assertThat(refusal.reset()).isEqualTo(Instant.parse("2026-11-23T00:00:00Z"));
        clock.move(Duration.ofHours(14));
        assertThat(admit(quotas, quota, 100)).isEmpty();
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
        ChannelSettings settings = TestChannelSettings.with("waystation.channels.open-total-bytes-per-day", "100B");
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

    @Test
    void aPostRefusedByOneLimitSpendsNothingOfTheOthers() {
        ChannelSettings settings = TestChannelSettings.with("waystation.channels.open-total-bytes-per-day", "100B",
                "waystation.channels.open-bytes-per-day", "100B", "waystation.channels.open-limit", "2");
        Channels channels = new Channels(settings);
        ChannelQuotas quotas = new ChannelQuotas(settings, clock);
        Quota ofSource = new Quota(1, 1, 0, 0);
        assertThat(quotas.admit(channels.policy("a").orElseThrow(), 80)).isEmpty();

        assertThat(quotas.admit("/webhook/b", ofSource, channels.policy("b").orElseThrow(), 30)).as("of all together").isPresent();

        assertThat(quotas.openChannels()).as("a name nothing was taken of").isEqualTo(1);
        assertThat(quotas.admit("/webhook/b", ofSource, channels.policy("b").orElseThrow(), 20)).as("all is still there").isEmpty();
        assertThat(quotas.openChannels()).isEqualTo(2);
    }

    @Test
    void theQuotaOfASourceIsNotThatOfAChannelOfItsName() {
        ChannelSettings settings = TestChannelSettings.with(
                "waystation.channels.ci.open", "true", "waystation.channels.ci.bytes-per-day", "10B");
        ChannelQuotas quotas = new ChannelQuotas(settings, clock);
        ChannelPolicy policy = new Channels(settings).policy("ci").orElseThrow();

        assertThat(quotas.admit("ci", new Quota(0, 0, 10, 0), policy, 6)).isEmpty();
        assertThat(quotas.admit("ci", new Quota(0, 0, 10, 0), policy, 4)).isEmpty();
        assertThat(quotas.admit("ci", new Quota(0, 0, 10, 0), policy, 1)).isPresent();
    }

    /** Whatever comes in whatever order: nothing over a limit is taken, and nothing within all limits is refused. */
    @Test
    void takesExactlyWhatIsWithinEveryLimit() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            long perDay = 20 + random.nextInt(100);
            long together = 50 + random.nextInt(200);
            int rate = 1 + random.nextInt(5);
            int burst = 1 + random.nextInt(10);
            ChannelQuotasModel model = new ChannelQuotasModel(clock, perDay, together, rate, burst, 3);
            for (int step = 0; step < 200; step++) {
                if (random.nextInt(4) == 0) {
                    clock.move(Duration.ofMillis(random.nextInt(2_000)));
                }
                model.post("c" + random.nextInt(5), 1 + random.nextInt(30), "seed " + seed + " step " + step);
            }
        }
    }

    @Test
    void takesNoMoreThanTheLimitsAlsoWhenAllComeAtOnce() throws Exception {
        ChannelSettings settings = TestChannelSettings.with("waystation.channels.open-total-bytes-per-day", "1000B",
                "waystation.channels.open-bytes-per-day", "300B", "waystation.channels.open-limit", "8",
                "waystation.channels.open-events-per-second", "0");
        Channels channels = new Channels(settings);
        ChannelQuotas quotas = new ChannelQuotas(settings, clock);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Integer>> posts = new ArrayList<>();
            Random random = new Random(3);
            for (int i = 0; i < 4_000; i++) {
                ChannelPolicy policy = channels.policy("c" + random.nextInt(20)).orElseThrow();
                posts.add(() -> quotas.admit(policy, 1).isEmpty() ? 1 : 0);
            }
            int taken = 0;
            for (Future<Integer> post : threads.invokeAll(posts)) {
                taken += post.get();
            }
            // 20 names of about 200 posts, 8 channels at once: more than the total, and each below its own limit
            assertThat(taken).as("all that is within the limits and no byte more").isEqualTo(1000);
            assertThat(quotas.openChannels()).isBetween(4, 8);
        } finally {
            threads.shutdownNow();
        }
    }
}
