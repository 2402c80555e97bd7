package io.waystation.journal;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what a group commits into the store, again and again until it is there or somebody gives it up. */
final class GroupCommits {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommits.class);
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private final String group;
    private final GroupRows rows;
    private final GroupRetries retries;

    GroupCommits(String group, GroupRows rows, GroupRetries retries) {
        this.group = group;
        this.rows = rows;
        this.retries = retries;
    }

    /** What goes into one transaction. */
    record Content(List<GroupRecord> records, GroupProgress progress, List<GroupGap> gaps) {
    }

    /**
     * Commits.
     *
     * @param content what
     * @param committed told which records became dead letters, once it is in the store
     * @param givenUp asked after a failure; true ends it
     */
    void submit(Content content, Consumer<Set<GroupRecord>> committed, Predicate<Throwable> givenUp) {
        submit(content, committed, givenUp, FIRST_PAUSE_MILLIS);
    }

    private void submit(Content content, Consumer<Set<GroupRecord>> committed, Predicate<Throwable> givenUp, long pause) {
        rows.commit(group, content.records(), content.progress(), content.gaps()).whenComplete((failed, thrown) -> {
            if (thrown == null) {
                committed.accept(failed);
                return;
            }
            Throwable error = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            if (!givenUp.test(error)) {
                LOG.warn("Group {} could not commit and tries again in {} ms: {}", group, pause, error.getMessage());
                retries.after(pause, () -> submit(content, committed, givenUp, Math.min(2 * pause, LONGEST_PAUSE_MILLIS)));
            }
        });
    }
}
