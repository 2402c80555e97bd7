package io.waystation.relay;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A channel somebody follows or followed a short while ago: its ring, and its subscribers on each event loop.
 *
 * <p>Thread-safe.
 */
final class RelayChannel {
    private final ChannelRing ring;
    private final HistoryReader history;
    private final ConcurrentMap<SubscriberLoop, ChannelShare> shares = new ConcurrentHashMap<>(4);
    private final AtomicInteger count = new AtomicInteger();
    private volatile long quietSince;

    RelayChannel(ChannelRing ring, HistoryReader history) {
        this.ring = ring;
        this.history = history;
    }

    ChannelRing ring() {
        return ring;
    }

    HistoryReader history() {
        return history;
    }

    ChannelShare share(SubscriberLoop loop) {
        return shares.computeIfAbsent(loop, ChannelShare::new);
    }

    /** Wakes the subscribers: one task for each event loop that has any. */
    void signal() {
        shares.values().forEach(ChannelShare::signal);
    }

    /** Drops every stream of it, so that its clients come back and show again that they may follow it. */
    void cut(String reason) {
        shares.values().forEach(share -> share.cutSoon(reason));
    }

    int count() {
        return count.get();
    }

    void joined() {
        count.incrementAndGet();
    }

    void left(long now) {
        quietSince = now; // before the count: whoever sees 0 sees the time
        count.decrementAndGet();
    }

    /** Whether nobody has followed the channel for a while. */
    boolean isIdle(long now, long nanos) {
        return count.get() == 0 && now - quietSince >= nanos;
    }
}
