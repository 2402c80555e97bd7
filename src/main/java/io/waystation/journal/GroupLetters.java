package io.waystation.journal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * The dead letters of a group that somebody has queued again, taken a few at a time: no more than there is room for in
 * memory, whatever each of them weighs. Thread-safe.
 *
 * <p>One letter may be under way in every group, so that none waits for another group; what a group takes beside it comes
 * out of a number of bytes that all groups share.
 */
final class GroupLetters implements AutoCloseable {
    private static final int AT_ONCE = 16;

    private final DeadLetters letters;
    private final GroupOptions options;
    private final Acceptance acceptance;
    private final Semaphore shared;
    /** Ids of those under way, each with the bytes it has of what is shared. */
    private final Map<String, Integer> inFlight = new HashMap<>();
    /** Some wait until one that is under way has ended. */
    private boolean leftBehind;
    private volatile boolean queued = true;

    /**
     * Dead letters of a group.
     *
     * @param acceptance is asked about each before it is tried again
     * @param shared bytes that the dead letters under way in all groups may have together
     */
    GroupLetters(DeadLetters letters, GroupOptions options, Acceptance acceptance, Semaphore shared) {
        this.letters = letters;
        this.options = options;
        this.acceptance = acceptance;
        this.shared = shared;
    }

    /** Some may be queued. */
    void look() {
        queued = true;
    }

    /** Whether there may be some to take. */
    boolean mayBeQueued() {
        return queued;
    }

    /**
     * The next ones, which count as under way until they have ended. Reads the store; when that fails, it is for the caller
     * to {@link #look} again.
     *
     * @param room so many bytes at most, but one letter in any case if none is under way
     */
    List<GroupRecord> take(long room) {
        if (!queued) {
            return List.of();
        }
        queued = false; // before the store is read: what is queued from here on is looked for again
        List<String> chosen = choose(letters.queued(options.name(), underWay(), AT_ONCE), room);
        List<GroupRecord> next = new ArrayList<>(chosen.size());
        try {
            for (String id : chosen) {
                Optional<DeadLetter> letter = letters.find(id).filter(found -> found.state() == DeadLetter.State.QUEUED);
                letter.ifPresentOrElse(found -> next.add(GroupRecord.of(found, options.batch())), () -> {
                    release(id);
                    queued = true; // somebody discarded it meanwhile: there is room for others
                });
            }
            next.forEach(acceptance::ask);
            return next;
        } catch (RuntimeException | Error e) {
            chosen.forEach(this::release);
            throw e;
        }
    }

    private synchronized Set<String> underWay() {
        return Set.copyOf(inFlight.keySet());
    }

    private synchronized List<String> choose(List<DeadLetters.Queued> waiting, long room) {
        List<String> chosen = new ArrayList<>();
        long left = room;
        for (DeadLetters.Queued letter : waiting) {
            if (!reserve(letter, left)) {
                leftBehind = true;
                return chosen;
            }
            left -= letter.bytes();
            chosen.add(letter.id());
        }
        if (waiting.size() == AT_ONCE) {
            queued = true;
        }
        return chosen;
    }

    private boolean reserve(DeadLetters.Queued letter, long room) {
        boolean first = inFlight.isEmpty();
        if (!first && letter.bytes() > room) {
            return false;
        }
        int bytes = (int) Math.min(letter.bytes(), Integer.MAX_VALUE);
        if (!shared.tryAcquire(bytes)) {
            if (!first) {
                return false;
            }
            bytes = 0;
        }
        inFlight.put(letter.id(), bytes);
        return true;
    }

    private synchronized void release(String id) {
        Integer bytes = inFlight.remove(id);
        if (bytes != null) {
            shared.release(bytes);
        }
    }

    /** What became of one is in the store. */
    synchronized void ended(GroupRecord record) {
        if (record.letter() != null) {
            release(record.letter().id());
            if (leftBehind) {
                leftBehind = false;
                queued = true;
            }
        }
    }

    /** None is under way any more: the group has stopped. */
    @Override
    public synchronized void close() {
        inFlight.values().forEach(shared::release);
        inFlight.clear();
    }
}
