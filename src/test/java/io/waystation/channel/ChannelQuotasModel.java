package io.waystation.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;

import io.waystation.MovableClock;

/** What the quotas of open channels are, said as simply as it can be, beside the real ones. */
final class ChannelQuotasModel {
    private static final long DAY = 86_400_000;

    private final MovableClock clock;
    private final long perDay;
    private final long together;
    private final int rate;
    private final int burst;
    private final int limit;
    private final Channels channels;
    private final ChannelQuotas quotas;
    private final Map<String, Long> bytes = new HashMap<>();
    private final Map<String, Double> tokens = new HashMap<>();
    private final Map<String, Long> refilled = new HashMap<>();
    private long day;

    ChannelQuotasModel(MovableClock clock, long perDay, long together, int rate, int burst, int limit) {
        this.clock = clock;
        this.perDay = perDay;
        this.together = together;
        this.rate = rate;
        this.burst = burst;
        this.limit = limit;
        ChannelSettings settings = TestChannelSettings.with("waystation.channels.open-bytes-per-day", perDay + "B",
                "waystation.channels.open-total-bytes-per-day", together + "B",
                "waystation.channels.open-events-per-second", Integer.toString(rate),
                "waystation.channels.open-burst", Integer.toString(burst),
                "waystation.channels.open-limit", Integer.toString(limit), "waystation.channels.open-idle", "30d");
        this.channels = new Channels(settings);
        this.quotas = new ChannelQuotas(settings, clock);
        this.day = clock.millis() / DAY;
    }

    /** Posts and says what should have become of it. */
    void post(String channel, long size, String which) {
        long now = clock.millis();
        if (now / DAY > day) {
            day = now / DAY;
            bytes.clear();
        }
        double left = Math.min(burst, tokens.getOrDefault(channel, (double) burst)
                + (now - refilled.getOrDefault(channel, now)) / 1000.0 * rate);
        boolean known = tokens.containsKey(channel);
        boolean within = (known || tokens.size() < limit) && left >= 1
                && bytes.getOrDefault(channel, 0L) + size <= perDay
                && bytes.values().stream().mapToLong(Long::longValue).sum() + size <= together;
        boolean close = Math.abs(left - 1) < 1e-9; // sums of fractions: either answer is right

        boolean taken = quotas.admit(channels.policy(channel).orElseThrow(), size).isEmpty();

        if (!close) {
            assertThat(taken).as("%s: %d bytes on %s", which, size, channel).isEqualTo(within);
        }
        if (taken) {
            tokens.put(channel, left - 1);
            refilled.put(channel, now);
            bytes.merge(channel, size, Long::sum);
        }
        assertThat(quotas.openChannels()).as(which).isEqualTo(tokens.size());
    }
}
