package io.waystation.journal;

/**
 * Counters of the log since it was opened, and its size now.
 *
 * @param commits transactions written
 * @param events events written
 * @param duplicates appends answered with an earlier position
 * @param rejected appends that failed
 * @param damaged batches found unreadable
 * @param queued events that wait now
 * @param segments segment files now
 * @param bytes bytes of all segment files now
 */
public record JournalStatistics(
        long commits, long events, long duplicates, long rejected, long damaged, int queued, int segments, long bytes) {
}
