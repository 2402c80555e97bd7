package io.waystation.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import io.waystation.http.StreamFrame;
import io.waystation.http.StreamRounds;

/**
 * The subscribers of one channel on one event loop. A publish costs the loop at most one round over them, which
 * gives the loop back every few milliseconds.
 *
 * <p>{@link #signal()} and {@link #cutSoon} may be called anywhere, everything else on the loop only.
 */
final class ChannelShare {
    private static final long SLICE_NANOS = 4_000_000;
    private static final int LOOK_AT_CLOCK = 8;

    private final SubscriberLoop loop;
    private final List<Subscriber> subscribers = new ArrayList<>(2);
    private final StreamRounds rounds;
    private int next;

    ChannelShare(SubscriberLoop loop) {
        this.loop = loop;
        this.rounds = new StreamRounds(loop.executor(), this::slice);
    }

    void signal() {
        rounds.signal();
    }

    private boolean slice() {
        boolean left = false;
        try {
            left = pumpFor(SLICE_NANOS);
        } finally {
            if (!left) {
                next = 0;
            }
        }
        return left;
    }

    /** Serves subscribers; true when some are left because the time is up. */
    private boolean pumpFor(long nanos) {
        long end = System.nanoTime() + nanos;
        while (next < subscribers.size()) {
            pump(subscribers.get(next++));
            if (next % LOOK_AT_CLOCK == 0 && next < subscribers.size() && System.nanoTime() > end) {
                return true;
            }
        }
        return false;
    }

    /** Serves one; a subscriber that fails loses its stream, and only that one. */
    private static void pump(Subscriber subscriber) {
        try {
            subscriber.pump();
        } catch (Throwable failure) {
            subscriber.fail(failure);
        }
    }

    void add(Subscriber subscriber) {
        subscriber.index = subscribers.size();
        subscribers.add(subscriber);
    }

    /** Puts the last subscriber in the place of one that leaves. */
    void remove(Subscriber subscriber) {
        int index = subscriber.index;
        Subscriber last = subscribers.remove(subscribers.size() - 1);
        if (last != subscriber) {
            subscribers.set(index, last);
            last.index = index;
        }
        if (next > 0) {
            rounds.signal(); // the one that moved may have been passed over
        }
    }

    int size() {
        return subscribers.size();
    }

    long lag() {
        long most = 0;
        for (Subscriber subscriber : subscribers) {
            most = Math.max(most, subscriber.lag());
        }
        return most;
    }

    void tend(boolean heartbeat, List<StreamFrame> heartbeats, long now, long stallNanos) {
        for (int i = subscribers.size() - 1; i >= 0; i--) {
            Subscriber subscriber = subscribers.get(i);
            subscriber.tend(heartbeat, heartbeats.get(subscriber.subscription().encoding().slot()), now, stallNanos);
        }
    }

    /** Drops all streams; from any thread. */
    void cutSoon(String reason) {
        try {
            loop.execute(() -> cutAll(reason));
        } catch (RejectedExecutionException stopping) {
            return; // the loop's connections are gone with it
        }
    }

    void cutAll(String reason) {
        for (int i = subscribers.size() - 1; i >= 0; i--) {
            subscribers.get(i).cut(reason);
        }
    }
}
