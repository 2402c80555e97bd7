package io.waystation.journal;

import java.time.Duration;

import io.waystation.settings.Settings;

/**
 * Sizes and times of the log.
 *
 * @param segmentBytes a segment file is closed at about this size
 * @param segmentAge a segment file is closed at this age
 * @param maxAge events older than this are deleted, segment by segment, unless a reader still needs them
 * @param maxSize the log is never larger than about this, whoever still needs its events
 * @param queueEvents so many events may wait for the disk
 * @param queueBytes so many bytes of events may wait for the disk
 * @param batchEvents so many events at most in one transaction
 * @param batchBytes so many bytes of events at most in one transaction, or one event
 * @param cacheBytes so many bytes of the newest events stay in memory
 * @param duplicateWindow a delivery id is remembered for this long
 * @param maxUnindexed so many delivery ids are kept in memory while the index catches up
 */
public record JournalSettings(
        long segmentBytes,
        Duration segmentAge,
        Duration maxAge,
        long maxSize,
        int queueEvents,
        long queueBytes,
        int batchEvents,
        long batchBytes,
        long cacheBytes,
        Duration duplicateWindow,
        int maxUnindexed) {

    private static final long MIB = 1L << 20;
    private static final Duration SHORTEST_AGE = Duration.ofSeconds(1);

    /** The values the built-in {@code application.properties} has. */
    public static final JournalSettings DEFAULTS = new JournalSettings(
            256 * MIB, Duration.ofDays(1), Duration.ofDays(30), 20_480 * MIB, 20_000, 64 * MIB, 1_024, 8 * MIB,
            32 * MIB, Duration.ofDays(7), 200_000);

    /** Reads the {@code waystation.log.*} settings. */
    public static JournalSettings from(Settings settings) {
        return new JournalSettings(
                settings.bytes("waystation.log.segment-size", 1),
                settings.duration("waystation.log.segment-age"),
                settings.duration("waystation.log.max-age", SHORTEST_AGE),
                settings.bytes("waystation.log.max-size", 1),
                settings.number("waystation.log.queue-events", 1, 10_000_000),
                settings.bytes("waystation.log.queue-size"),
                settings.number("waystation.log.batch-events", 1, 100_000),
                settings.bytes("waystation.log.batch-size"),
                settings.bytes("waystation.log.cache-size"),
                settings.duration("waystation.log.duplicate-window"),
                settings.number("waystation.log.max-unindexed", 1_000, 10_000_000));
    }

    /** The same with other segment limits. */
    public JournalSettings withSegments(long bytes, Duration age) {
        return new JournalSettings(bytes, age, maxAge, maxSize, queueEvents, queueBytes, batchEvents, batchBytes,
                cacheBytes, duplicateWindow, maxUnindexed);
    }

    /** The same with other retention. */
    public JournalSettings withRetention(Duration age, long size) {
        return new JournalSettings(segmentBytes, segmentAge, age, size, queueEvents, queueBytes, batchEvents,
                batchBytes, cacheBytes, duplicateWindow, maxUnindexed);
    }

    /** The same with another bound of the events that wait. */
    public JournalSettings withQueue(int events, long bytes) {
        return new JournalSettings(segmentBytes, segmentAge, maxAge, maxSize, events, bytes, batchEvents, batchBytes,
                cacheBytes, duplicateWindow, maxUnindexed);
    }

    /** The same with another bound of a transaction. */
    public JournalSettings withBatch(int events, long bytes) {
        return new JournalSettings(segmentBytes, segmentAge, maxAge, maxSize, queueEvents, queueBytes, events, bytes,
                cacheBytes, duplicateWindow, maxUnindexed);
    }

    /** The same with another memory cache. */
    public JournalSettings withCache(long bytes) {
        return new JournalSettings(segmentBytes, segmentAge, maxAge, maxSize, queueEvents, queueBytes, batchEvents,
                batchBytes, bytes, duplicateWindow, maxUnindexed);
    }

    /** The same with other duplicate limits. */
    public JournalSettings withDuplicates(Duration window, int unindexed) {
        return new JournalSettings(segmentBytes, segmentAge, maxAge, maxSize, queueEvents, queueBytes, batchEvents,
                batchBytes, cacheBytes, window, unindexed);
    }
}
