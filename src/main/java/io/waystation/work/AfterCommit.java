package io.waystation.work;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What is to be told once a transaction is on disk: queues that have something to run, and attempts that should stop.
 *
 * <p>Filled on the store's writer thread, read after the commit.
 */
final class AfterCommit {
    private final Set<String> wakes = new HashSet<>();
    private final Map<Long, Stop> stops = new LinkedHashMap<>();

    /** Something of a queue can be run, or will be later. */
    void wake(String queue) {
        wakes.add(queue);
    }

    /** The running attempt of an item should stop. */
    void stop(String queue, long seq, WorkOutcome.State as, String reason) {
        stops.put(seq, new Stop(queue, as, reason));
    }

    Set<String> wakes() {
        return wakes;
    }

    Map<Long, Stop> stops() {
        return stops;
    }

    /** How an attempt should end. */
    record Stop(String queue, WorkOutcome.State as, String reason) {
    }
}
