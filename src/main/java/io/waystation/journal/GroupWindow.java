package io.waystation.journal;

import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Keeps account of what a group has read and what it has finished, so that one record that takes long holds
 * back only itself.
 *
 * <p>Not thread-safe: its group guards it.
 */
final class GroupWindow {
    private final int limit;
    /** Offsets begun and not finished, each with the offset its range starts behind. */
    private final TreeMap<Long, Long> open = new TreeMap<>();
    private final TreeSet<Long> finished;
    private long readTo;

    GroupWindow(GroupProgress start, int limit) {
        this.limit = limit;
        this.readTo = start.lowWater();
        this.finished = start.finishedOffsets();
    }

    /** Offset to read on from. */
    long readTo() {
        return readTo;
    }

    /** How many more records may begin before something must finish. */
    int room() {
        return Math.max(0, limit - open.size() - finished.size());
    }

    /**
     * Takes a record in that stands for the offsets {@code (after, offset]}.
     *
     * @return false when it was finished already, before a restart
     */
    boolean begin(long after, long offset) {
        if (finished.contains(offset)) {
            return false;
        }
        open.put(offset, after);
        return true;
    }

    /** What was one record is several now: each of these offsets is open, and its own end is not. */
    void replace(long offset, List<Long> offsets) {
        open.remove(offset);
        finished.remove(offset);
        offsets.forEach(each -> open.put(each, each - 1));
    }

    /** Everything up to here has been read: what is neither open nor finished was not wanted. */
    void advance(long offset) {
        readTo = Math.max(readTo, offset);
        forgetBelow(lowWater());
    }

    /** A record is done. */
    void finish(long offset) {
        if (open.remove(offset) != null) {
            finished.add(offset);
            forgetBelow(lowWater());
        }
    }

    private void forgetBelow(long lowWater) {
        finished.headSet(lowWater, true).clear();
    }

    /** Every offset up to here is done or was not wanted. */
    long lowWater() {
        return open.isEmpty() ? readTo : Math.min(readTo, open.firstEntry().getValue());
    }

    /** What to commit now. */
    GroupProgress progress() {
        long lowWater = lowWater();
        return GroupProgress.of(lowWater, finished.tailSet(lowWater, false));
    }
}
