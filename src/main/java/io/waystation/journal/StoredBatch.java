package io.waystation.journal;

/**
 * A batch as it lies on disk: one row of a segment.
 *
 * @param first offset of the first event
 * @param count how many events
 * @param millis milliseconds of all their positions
 * @param channel channel of all of them
 * @param summary encoded {@link BatchSummary}
 * @param format layout of the content
 * @param checksum CRC32C over everything else
 * @param content compressed events
 */
record StoredBatch(
        long first, int count, long millis, String channel, byte[] summary, int format, long checksum, byte[] content) {

    long last() {
        return first + count - 1;
    }
}
