package io.waystation.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.waystation.http.StreamFrame;

/**
 * The subscribers of one channel on one event loop. A publish costs the loop one task, which serves them all
 * and gives the loop back every few milliseconds.
 *
 * <p>{@link #signal()} may be called anywhere, everything else on the loop only.
 */
final class ChannelShare {
    private static final long SLICE_NANOS = 4_000_000;
    private static final int LOOK_AT_CLOCK = 8;

    private final SubscriberLoop loop;
    private final List<Subscriber> subscribers = new ArrayList<>(2);
    private final AtomicBoolean signalled = new AtomicBoolean();
    private int next;
    private boolean again;

    ChannelShare(SubscriberLoop loop) {
        this.loop = loop;
    }

    void signal() {
        if (signalled.compareAndSet(false, true)) {
            try {
                loop.execute(this::start);
            } catch (RejectedExecutionException stopping) {
                signalled.set(false); // the loop's connections are gone with it
            }
        }
    }

    private void start() {
        signalled.set(false);
        if (next > 0) {
            again = true;
        } else {
            slice();
        }
    }

    private void slice() {
        long end = System.nanoTime() + SLICE_NANOS;
        while (next < subscribers.size()) {
            subscribers.get(next++).pump();
            if (next % LOOK_AT_CLOCK == 0 && next < subscribers.size() && System.nanoTime() > end) {
                loop.execute(this::slice);
                return;
            }
        }
        next = 0;
        if (again) {
            again = false;
            loop.execute(this::slice);
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
        again |= next > 0; // the one that moved may have been passed over
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

    void cutAll(String reason) {
        for (int i = subscribers.size() - 1; i >= 0; i--) {
            subscribers.get(i).cut(reason);
        }
    }
}
