package io.waystation.channel;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Counts what channels and sources take and says no when it is too much. A post that is refused, by whichever limit,
 * spends nothing of any.
 *
 * <p>Thread-safe, never blocks for long. Memory is bounded: a channel nobody defined is counted only while
 * it is in use, and there may be only so many of them; all of them together have a daily limit too, so that
 * strangers cannot push the events of others out of the log.
 */
public final class ChannelQuotas {
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long SWEEP_EVERY = 1_000;
    private static final Supplier<Optional<QuotaExceeded>> NO_OTHER = Optional::empty;

    private final ChannelSettings settings;
    private final Clock clock;
    private final Map<String, Meter> sources = new ConcurrentHashMap<>();
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
        this.allOpen = new Meter(Quota.UNLIMITED);
        this.allOpenQuota = new Quota(0, 0, settings.openBytesPerDay(), 0);
    }

    /**
     * Counts a post that came through a source with a quota of its own, against both.
     *
     * @param source unique name of the source; it must come from configuration
     * @return empty when it is within all limits, else the limit it is over
     */
    public Optional<QuotaExceeded> admit(String source, Quota quota, ChannelPolicy policy, long bytes) {
        if (!quota.limitsPosts()) {
            return admit(policy, bytes);
        }
        return sources.computeIfAbsent(source, name -> new Meter(quota)).take(quota, bytes, "", () -> admit(policy, bytes));
    }

    /**
     * Counts a post to a channel.
     *
     * @return empty when it is within the channel's limits, else the limit it is over
     */
    public Optional<QuotaExceeded> admit(ChannelPolicy policy, long bytes) {
        Quota quota = policy.quota();
        if (policy.origin() == ChannelPolicy.Origin.ANONYMOUS) {
            return admitToOpen(policy.name(), quota, bytes);
        }
        return quota.limitsPosts()
                ? defined.computeIfAbsent(policy.name(), name -> new Meter(quota)).take(quota, bytes, "", NO_OTHER)
                : Optional.empty();
    }

    private Optional<QuotaExceeded> admitToOpen(String name, Quota quota, long bytes) {
        while (true) {
            Meter known = open.get(name);
            Meter meter = known != null ? known : open.computeIfAbsent(name, first -> enters() ? new Meter(quota) : null);
            if (meter == null) {
                long now = clock.millis();
                if (!sweep(now)) {
                    return Optional.of(exceeded(settings.openLimit() + " open channels", now, now + 60_000));
                }
            } else {
                synchronized (meter) {
                    if (!meter.forgotten) {
                        return take(name, meter, quota, bytes);
                    }
                }
            }
        }
    }

    private Optional<QuotaExceeded> take(String name, Meter meter, Quota quota, long bytes) {
        Optional<QuotaExceeded> refusal = meter.take(quota, bytes, "",
                () -> allOpen.take(allOpenQuota, bytes, " on all open channels together", NO_OTHER));
        if (refusal.isPresent() && !meter.used) {
            forget(name, meter); // a name of which no post was ever taken is no channel in use
        }
        return refusal;
    }

    /** Counts one more open channel if there may be one. */
    private boolean enters() {
        return openCount.getAndUpdate(count -> count < settings.openLimit() ? count + 1 : count) < settings.openLimit();
    }

    private void forget(String name, Meter meter) {
        meter.forgotten = true;
        if (open.remove(name, meter)) {
            openCount.decrementAndGet();
        }
    }

    /** How many open channels are in use. */
    public int openChannels() {
        return openCount.get();
    }

    /** Forgets idle open channels, at most once a second; true when there is room afterwards. */
    private boolean sweep(long now) {
        long last = lastSweep.get();
        if (last != Long.MIN_VALUE && now >= last && now - last < SWEEP_EVERY || !lastSweep.compareAndSet(last, now)) {
            return openCount.get() < settings.openLimit();
        }
        long idleSince = now - settings.openIdle().toMillis();
        open.forEach((name, meter) -> {
            synchronized (meter) {
                meter.seenAt = Math.min(meter.seenAt, now); // the clock has stepped back: idle from now on
                if (meter.seenAt < idleSince) {
                    forget(name, meter);
                }
            }
        });
        return openCount.get() < settings.openLimit();
    }

    private static QuotaExceeded exceeded(String limit, long now, long reset) {
        return new QuotaExceeded(
                limit, Duration.ofSeconds(Math.max(1, (reset - now + 999) / 1000)), Instant.ofEpochMilli(reset));
    }

    /** Token bucket and byte counter of one key. Guarded by itself; whoever holds one may take from a wider one. */
    private final class Meter {
        private double tokens;
        private long refilledAt;
        private long day;
        private long bytesToday;
        private long seenAt;
        private boolean used;
        private boolean forgotten;

        Meter(Quota quota) {
            this.tokens = quota.burst();
            this.refilledAt = clock.millis();
            this.seenAt = refilledAt;
            this.day = refilledAt / DAY;
        }

        /** Takes the post if this quota and the other one let it through; else nothing is spent of either. */
        synchronized Optional<QuotaExceeded> take(
                Quota quota, long bytes, String where, Supplier<Optional<QuotaExceeded>> other) {
            long now = clock.millis(); // read under the lock: earlier than the last refill only when the clock has stepped back
            refill(now, quota);
            Optional<QuotaExceeded> refusal = refusal(now, quota, bytes, where).or(other);
            if (refusal.isEmpty()) {
                tokens -= quota.eventsPerSecond() > 0 ? 1 : 0;
                bytesToday += bytes;
                seenAt = now;
                used = true;
            }
            return refusal;
        }

        private Optional<QuotaExceeded> refusal(long now, Quota quota, long bytes, String where) {
            if (quota.bytesPerDay() > 0 && bytesToday + bytes > quota.bytesPerDay()) {
                return Optional.of(exceeded(
                        quota.bytesPerDay() + " bytes per day" + where, now, (day + 1) * DAY));
            }
            if (quota.eventsPerSecond() > 0 && tokens < 1) {
                long wait = (long) Math.ceil((1 - tokens) / quota.eventsPerSecond() * 1000);
                return Optional.of(exceeded(rate(quota) + " events per second" + where, now, now + wait));
            }
            return Optional.empty();
        }

        private void refill(long now, Quota quota) {
            long elapsed = Math.max(0, now - refilledAt); // a step back earns nothing; from then on it goes on as ever
            refilledAt = now;
            tokens = Math.min(quota.burst(), tokens + elapsed / 1000.0 * quota.eventsPerSecond());
            if (now / DAY != day) {
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
