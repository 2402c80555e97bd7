package io.waystation.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * What of a group has ended, and what of it may be committed next.
 *
 * <p>Batches are committed alone and in the order of the log: alone, so that it is clear whose effect failed; in order,
 * because one whose effect fails is taken apart, and nothing behind its events may count as done before they do.
 * Not thread-safe: its group guards it.
 */
final class EndedRecords {
    private static final int COMMIT_RECORDS = 256;

    private final GroupWindow window;
    private final boolean batches;
    private final Deque<GroupRecord> records = new ArrayDeque<>();
    private final List<GroupGap> gaps = new ArrayList<>();

    /**
     * Nothing yet.
     *
     * @param window what is counted as finished when it is taken
     * @param batches whether the group takes batches
     */
    EndedRecords(GroupWindow window, boolean batches) {
        this.window = window;
        this.batches = batches;
    }

    void add(GroupRecord record) {
        records.add(record);
    }

    void add(GroupGap gap) {
        gaps.add(gap);
    }

    /** Whether there is something that may be committed now. */
    boolean isReady() {
        return !gaps.isEmpty() || records.stream().anyMatch(this::mayCommit);
    }

    private boolean mayCommit(GroupRecord record) {
        return !batches || record.letter() != null || window.isFirst(record.offset());
    }

    /** What to commit now, which the window counts as finished from here on. */
    GroupCommits.Content take() {
        List<GroupRecord> next = new ArrayList<>();
        int most = batches ? 1 : COMMIT_RECORDS;
        for (Iterator<GroupRecord> left = records.iterator(); left.hasNext() && next.size() < most; ) {
            GroupRecord record = left.next();
            if (mayCommit(record)) {
                left.remove();
                next.add(record);
            }
        }
        next.stream().filter(record -> record.letter() == null).forEach(record -> window.finish(record.offset()));
        GroupCommits.Content content = new GroupCommits.Content(next, window.progress(), List.copyOf(gaps));
        gaps.clear();
        return content;
    }

    /** A commit is given up: its gaps are to be committed with the next one. */
    void takeBack(List<GroupGap> uncommitted) {
        gaps.addAll(0, uncommitted);
    }
}
