package io.waystation.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets so many calls of each endpoint be on their way at once; the others wait in memory, in order, and hold no thread.
 *
 * <p>The queue hands over more deliveries of an endpoint than that, because its turns take two commits: the next call begins
 * when one has ended, not when that is on disk. Thread-safe.
 */
final class EndpointGate {
    private final int most;
    private final Map<String, Lane> lanes = new HashMap<>();

    EndpointGate(int most) {
        this.most = most;
    }

    /** Something that waits for its turn. */
    interface Waiting {
        /** Its turn has come; it ends with {@link EndpointGate#leave}. */
        void start();

        /** Its turn will not come now. */
        void turnAway();
    }

    private static final class Lane {
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private int open;
    }

    /** Starts a call now or when others have ended. */
    void enter(String endpoint, Waiting call) {
        synchronized (this) {
            Lane lane = lanes.computeIfAbsent(endpoint, id -> new Lane());
            if (lane.open >= most) {
                lane.waiting.add(call);
                return;
            }
            lane.open++;
        }
        call.start();
    }

    /** A call has ended. */
    void leave(String endpoint) {
        Waiting next;
        synchronized (this) {
            Lane lane = lanes.get(endpoint);
            next = lane.waiting.poll();
            if (next == null && --lane.open == 0) {
                lanes.remove(endpoint);
            }
        }
        if (next != null) {
            next.start();
        }
    }

    /** Turns away all that wait for an endpoint; those on their way go on. */
    void turnAway(String endpoint) {
        List<Waiting> away;
        synchronized (this) {
            Lane lane = lanes.get(endpoint);
            if (lane == null) {
                return;
            }
            away = new ArrayList<>(lane.waiting);
            lane.waiting.clear();
        }
        away.forEach(Waiting::turnAway);
    }
}
