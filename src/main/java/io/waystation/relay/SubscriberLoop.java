package io.waystation.relay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import io.waystation.http.StreamFrame;

/**
 * All subscribers whose connections live on one event loop.
 *
 * <p>{@link #execute} and {@link #look} may be called anywhere, everything else on the loop only.
 */
final class SubscriberLoop {
    private final SseHub hub;
    private final Executor executor;
    private final Map<RelayChannel, ChannelShare> shares = new LinkedHashMap<>();
    private final RelayMetrics.LoopCounts counts;

    SubscriberLoop(SseHub hub, Executor executor, RelayMetrics.LoopCounts counts) {
        this.hub = hub;
        this.executor = executor;
        this.counts = counts;
    }

    SseHub hub() {
        return hub;
    }

    Executor executor() {
        return executor;
    }

    void execute(Runnable task) {
        executor.execute(task);
    }

    void delivered() {
        counts.delivered();
    }

    void joined(RelayChannel channel, Subscriber subscriber) {
        ChannelShare share = channel.share(this);
        share.add(subscriber);
        shares.put(channel, share);
        counts.subscribers(1);
    }

    void left(RelayChannel channel, Subscriber subscriber) {
        ChannelShare share = shares.get(channel);
        share.remove(subscriber);
        if (share.size() == 0) {
            shares.remove(channel);
        }
        counts.subscribers(-1);
        channel.left(hub.nanoTime());
    }

    /** Looks after every subscriber, channel by channel, so that the loop can do other work in between. */
    void look(boolean heartbeat, List<StreamFrame> heartbeats, long stallNanos) {
        try {
            execute(() -> tend(new ArrayDeque<>(shares.values()), 0, heartbeat, heartbeats, stallNanos));
        } catch (RejectedExecutionException stopping) {
            counts.lag(0);
        }
    }

    private void tend(Deque<ChannelShare> rest, long lag, boolean heartbeat, List<StreamFrame> heartbeats,
            long stallNanos) {
        long most = lag;
        int subscribers = 0;
        while (subscribers < 256 && !rest.isEmpty()) {
            ChannelShare share = rest.remove();
            subscribers += share.size();
            most = Math.max(most, share.lag());
            share.tend(heartbeat, heartbeats, hub.nanoTime(), stallNanos);
        }
        if (rest.isEmpty()) {
            counts.lag(most);
        } else {
            long soFar = most;
            execute(() -> tend(rest, soFar, heartbeat, heartbeats, stallNanos));
        }
    }

    void cutAll(String reason) {
        new ArrayList<>(shares.values()).forEach(share -> share.cutAll(reason));
    }
}
