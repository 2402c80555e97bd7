package io.waystation.journal;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The dead letters of a group that somebody has queued again, taken a few at a time. Thread-safe. */
final class GroupLetters {
    private static final int AT_ONCE = 16;

    private final DeadLetters letters;
    private final GroupOptions options;
    private final Set<String> inFlight = ConcurrentHashMap.newKeySet();
    private volatile boolean queued = true;

    GroupLetters(DeadLetters letters, GroupOptions options) {
        this.letters = letters;
        this.options = options;
    }

    /** Some may be queued. */
    void look() {
        queued = true;
    }

    /** Whether there may be some to take. */
    boolean mayBeQueued() {
        return queued;
    }

    /** The next ones, which count as under way until they have ended. Reads the store. */
    List<GroupRecord> take() {
        if (!queued) {
            return List.of();
        }
        queued = false; // also where there are none to take, or the reader would never wait
        List<DeadLetter> next = letters.queued(options.name(), inFlight, AT_ONCE);
        next.forEach(letter -> inFlight.add(letter.id()));
        if (next.size() == AT_ONCE) {
            queued = true;
        }
        return next.stream().map(letter -> GroupRecord.of(letter, options.batch())).toList();
    }

    /** What became of one is in the store. */
    void ended(GroupRecord record) {
        if (record.letter() != null) {
            inFlight.remove(record.letter().id());
        }
    }
}
