package io.waystation.channel;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what channels and sources take and says no when it is too much.
 *
 * <p>Thread-safe, never blocks for long. Memory is bounded: a channel nobody defined is counted only while
 * it is in use, and there may be only so many of them; all of them together have a daily limit too, so that
 * strangers cannot push the events of others out of the log.
 */
public final class ChannelQuotas {
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long SWEEP_EVERY = 1_000;

    private final ChannelSettings settings;
    private final Clock clock;
    private final Map<String, Meter> defined = new ConcurrentHashMap<>();
    private final Map<String, Meter> open = new ConcurrentHashMap<>();
    private final AtomicInteger openCount = new AtomicInteger();
    private final AtomicLong lastSweep = new AtomicLong(Long.MIN_VALUE);
    private final Meter allOpen;
    private final Quota allOpenQuota;

    /** Counts from now on. */
    public ChannelQuotas(ChannelSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.allOpen = new Meter(clock.millis(), Quota.UNLIMITED);
        this.allOpenQuota = new Quota(0, 0, settings.openBytesPerDay(), 0);
    }

    /**
     * Counts a post to a channel.
     *
     * @return empty when it is within the channel's limits, else the limit it is over
     */
    public Optional<QuotaExceeded> admit(ChannelPolicy policy, long bytes) {
        if (policy.origin() != ChannelPolicy.Origin.ANONYMOUS) {
            return admit(policy.name(), policy.quota(), bytes);
        }
        long now = clock.millis();
        Meter meter = open.get(policy.name());
        if (meter == null) {
            if (openCount.get() >= settings.openLimit() && !sweep(now)) {
                return Optional.of(exceeded(settings.openLimit() + " open channels", now, now + 60_000));
            }
            meter = open.computeIfAbsent(policy.name(), name -> {
                openCount.incrementAndGet();
                return new Meter(now, policy.quota());
            });
        }
        Optional<QuotaExceeded> refusal = meter.take(now, policy.quota(), bytes, "");
        return refusal.isPresent() ? refusal : allOpen.take(now, allOpenQuota, bytes, " on all open channels together");
    }

    /** Counts against a quota of its own, such as a source's; the key must come from configuration. */
    public Optional<QuotaExceeded> admit(String key, Quota quota, long bytes) {
        if (!quota.limitsPosts()) {
            return Optional.empty();
        }
        long now = clock.millis();
        return defined.computeIfAbsent(key, name -> new Meter(now, quota)).take(now, quota, bytes, "");
    }

    /** How many open channels are in use. */
    public int openChannels() {
        return openCount.get();
    }

    /** Forgets idle open channels, at most once a second; true when there is room afterwards. */
    private boolean sweep(long now) {
        long last = lastSweep.get();
        if (last != Long.MIN_VALUE && now - last < SWEEP_EVERY || !lastSweep.compareAndSet(last, now)) {
            return openCount.get() < settings.openLimit();
        }
        long idleSince = now - settings.openIdle().toMillis();
        open.values().removeIf(meter -> {
            boolean idle = meter.lastSeen() < idleSince;
            if (idle) {
                openCount.decrementAndGet();
            }
            return idle;
        });
        return openCount.get() < settings.openLimit();
    }

    private static QuotaExceeded exceeded(String limit, long now, long reset) {
        return new QuotaExceeded(
                limit, Duration.ofSeconds(Math.max(1, (reset - now + 999) / 1000)), Instant.ofEpochMilli(reset));
    }

    /** Token bucket and byte counter of one key. */
    private static final class Meter {
        private double tokens;
        private long refilledAt;
        private long day;
        private long bytesToday;

        Meter(long now, Quota quota) {
            this.tokens = quota.burst();
            this.refilledAt = now;
            this.day = now / DAY;
        }

        synchronized long lastSeen() {
            return refilledAt;
        }

        synchronized Optional<QuotaExceeded> take(long now, Quota quota, long bytes, String where) {
            refill(now, quota);
            if (quota.bytesPerDay() > 0 && bytesToday + bytes > quota.bytesPerDay()) {
                return Optional.of(exceeded(
                        quota.bytesPerDay() + " bytes per day" + where, now, (day + 1) * DAY));
            }
            if (quota.eventsPerSecond() > 0) {
                if (tokens < 1) {
                    long wait = (long) Math.ceil((1 - tokens) / quota.eventsPerSecond() * 1000);
                    return Optional.of(exceeded(rate(quota) + " events per second" + where, now, now + wait));
                }
                tokens -= 1;
            }
            bytesToday += bytes;
            return Optional.empty();
        }

        private void refill(long now, Quota quota) {
            long elapsed = Math.max(0, now - refilledAt); // a clock that steps back earns nothing
            refilledAt = Math.max(now, refilledAt);
            tokens = Math.min(quota.burst(), tokens + elapsed / 1000.0 * quota.eventsPerSecond());
            if (now / DAY > day) {
                day = now / DAY;
                bytesToday = 0;
            }
        }

        private static String rate(Quota quota) {
            double rate = quota.eventsPerSecond();
            return rate == Math.rint(rate) ? Long.toString((long) rate) : Double.toString(rate);
        }
    }
}
