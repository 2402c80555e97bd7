package io.waystation.work;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What additions leave to be done: at the end of their work, keys to bring into the rotation; once it is on disk, queues that
 * have something to run, and attempts that should stop.
 *
 * <p>Filled on the store's writer thread, read after the commit.
 */
final class AfterCommit {
    private final Set<String> wakes = new HashSet<>();
    private final Map<Long, Stop> stops = new LinkedHashMap<>();
    private final Map<Key, Integer> rotations = new LinkedHashMap<>();

    /** Something of a queue can be run, or will be later. */
    void wake(String queue) {
        wakes.add(queue);
    }

    /** A key has something ready of a priority. */
    void rotate(String queue, String key, int priority) {
        rotations.merge(new Key(queue, key), priority, Math::max);
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

    /** Keys with something ready, and the highest priority of it. */
    Map<Key, Integer> rotations() {
        return rotations;
    }

    /** A key of a queue. */
    record Key(String queue, String key) {
    }

    /** How an attempt should end. */
    record Stop(String queue, WorkOutcome.State as, String reason) {
    }
}
