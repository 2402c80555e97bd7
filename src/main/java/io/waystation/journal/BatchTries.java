package io.waystation.journal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides what happens to a batch that failed: once more after a growing pause, or each of its events alone. */
final class BatchTries {
    private static final Logger LOG = LoggerFactory.getLogger(BatchTries.class);
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final int MOST_DOUBLED = 10;

    private final GroupOptions options;

    BatchTries(GroupOptions options) {
        this.options = options;
    }

    /** Counts a failed try and says it in the log; whether it was the last one together. */
    boolean areSpent(GroupRecord batch, Throwable error) {
        int tries = batch.failedAgain();
        boolean spent = options.batchAttempts() > 0 && tries >= options.batchAttempts();
        LOG.warn("Group {} could not process the events up to offset {} in {} {} and tries {}: {}", options.name(),
                batch.offset(), tries, tries == 1 ? "try" : "tries", spent ? "each alone" : "them again", error.toString());
        return spent;
    }

    /** How long to wait before the next try. */
    static long pauseMillis(GroupRecord batch) {
        return Math.min(FIRST_PAUSE_MILLIS << Math.min(batch.tries() - 1, MOST_DOUBLED), LONGEST_PAUSE_MILLIS);
    }
}
