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
 * <p>{@link #signal()} and {@link #cutSoon} may be called anywhere, everything else on the loop only.
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
        boolean goesOn = false;
        try {
            goesOn = pumpFor(SLICE_NANOS);
        } finally {
            if (!goesOn) {
                next = 0;
            }
        }
        if (goesOn || again) {
            again &= goesOn;
            sliceLater();
        }
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

    private void sliceLater() {
        try {
            loop.execute(this::slice);
        } catch (RejectedExecutionException stopping) {
            next = 0; // the loop's connections are gone with it
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
