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
    /** Finished since the start, and not known to be below the committed low water. */
    private final TreeSet<Long> finished = new TreeSet<>();
    /** Finished before the start, above the committed low water. */
    private final TreeSet<Long> earlier;
    private long readTo;

    GroupWindow(GroupProgress start, int limit) {
        this.limit = limit;
        this.readTo = start.lowWater();
        this.earlier = start.finishedOffsets();
    }

    /** Offset to read on from. */
    long readTo() {
        return readTo;
    }

    /** How many more records may begin before something must be committed: what is not would be repeated after a crash. */
    int room() {
        // what earlier runs have left may fill a window that was made smaller: one at a time goes on
        int least = open.isEmpty() && finished.isEmpty() ? 1 : 0;
        return Math.max(least, limit - open.size() - finished.size() - earlier.size());
    }

    /** Whether an event that is read now was finished before a restart, alone or in a batch, and must not begin again. */
    boolean isFinished(long offset) {
        return earlier.contains(offset);
    }

    /** Takes a record in that stands for the offsets {@code (after, offset]}. */
    void begin(long after, long offset) {
        open.put(offset, after);
    }

    /** Whether a record is open and nothing before it is. */
    boolean isFirst(long offset) {
        return !open.isEmpty() && open.firstKey() == offset;
    }

    /** What was one record, open or finished and not committed, is several now: each of these offsets is open. */
    void replace(long offset, List<Long> offsets) {
        open.remove(offset);
        finished.remove(offset);
        offsets.forEach(each -> open.put(each, each - 1));
    }

    /** Everything up to here has been read: what is neither open nor finished was not wanted. */
    void advance(long offset) {
        readTo = Math.max(readTo, offset);
    }

    /** A record is done, if it is committed. */
    void finish(long offset) {
        if (open.remove(offset) != null) {
            finished.add(offset);
        }
    }

    /** This progress is in the store. */
    void committed(GroupProgress progress) {
        finished.headSet(progress.lowWater(), true).clear();
        earlier.headSet(progress.lowWater(), true).clear();
    }

    /** Every offset up to here is done or was not wanted. */
    long lowWater() {
        return open.isEmpty() ? readTo : Math.min(readTo, open.firstEntry().getValue());
    }

    /** What to commit now. */
    GroupProgress progress() {
        long lowWater = lowWater();
        TreeSet<Long> above = new TreeSet<>(finished.tailSet(lowWater, false));
        above.addAll(earlier.tailSet(lowWater, false));
        return GroupProgress.of(lowWater, above);
    }
}
