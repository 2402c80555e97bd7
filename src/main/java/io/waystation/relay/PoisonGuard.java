package io.waystation.relay;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Notices a client that dies of one event again and again: it resumes at the same id, is sent what follows,
 * leaves soon, and comes back with the same id.
 *
 * <p>Only streams that were resumed by the {@code Last-Event-ID} header, were sent an event and ended within a
 * minute count. Clients of one kind behind one address look the same: what is skipped must be suspect by itself too,
 * see {@link SseHub#poisoned}.
 *
 * <p>Thread-safe; remembers a bounded number of clients.
 */
final class PoisonGuard {
    private static final int REMEMBERED = 10_000;
    private static final long FORGET_NANOS = TimeUnit.MINUTES.toNanos(30);

    private static final long SOON_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final int attempts;
    private final LongSupplier nanoClock;
    private final Map<Stumble, Strikes> strikes = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Stumble, Strikes> eldest) {
            return size() > REMEMBERED;
        }
    };

    PoisonGuard(int attempts, LongSupplier nanoClock) {
        this.attempts = attempts;
        this.nanoClock = nanoClock;
    }

    /** A client left by itself. */
    synchronized void left(Subscription subscription, long eventsSent, long ageNanos) {
        if (subscription.resumed() && eventsSent > 0 && ageNanos < SOON_NANOS) {
            Stumble stumble = new Stumble(
                    subscription.client(), subscription.channel(), subscription.after().offset());
            Strikes before = strikes.get(stumble);
            long now = nanoClock.getAsLong();
            boolean fresh = before == null || now - before.at() > FORGET_NANOS;
            strikes.put(stumble, new Strikes(fresh ? 1 : before.count() + 1, now));
        }
    }

    /** Whether a client has failed here often enough. */
    synchronized boolean isStuck(String client, String channel, long after) {
        Stumble stumble = new Stumble(client, channel, after);
        Strikes before = strikes.get(stumble);
        if (before == null || before.count() < attempts || nanoClock.getAsLong() - before.at() > FORGET_NANOS) {
            return false;
        }
        strikes.remove(stumble);
        return true;
    }

    private record Stumble(String client, String channel, long after) {
    }

    private record Strikes(int count, long at) {
    }
}
