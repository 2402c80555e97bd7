package io.waystation.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The newest batches of the log, in memory, without a hole up to the tail. Thread-safe. */
final class RecentBatches {
    private static final int MOST_PER_CALL = 64;

    private final TreeMap<Long, Batch> byFirst = new TreeMap<>();
    private final long mostBytes;
    private long bytes;
    private long newest;

    RecentBatches(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * A stretch of the log.
     *
     * @param batches batches in order
     * @param last offset up to which no other batch was passed over
     */
    record Stretch(List<Batch> batches, long last) {
    }

    synchronized void add(List<Batch> batches) {
        for (Batch batch : batches) {
            if (batch.first() != newest + 1) {
                byFirst.clear(); // offsets were skipped; what is older is on disk
                bytes = 0;
            }
            byFirst.put(batch.first(), batch);
            bytes += batch.bytes();
            newest = batch.last();
        }
        while (bytes > mostBytes && !byFirst.isEmpty()) {
            bytes -= byFirst.pollFirstEntry().getValue().bytes();
        }
    }

    /** Batches that reach an offset or beyond, a bounded number; empty when memory does not go back that far. */
    synchronized Optional<Stretch> from(long offset, String channel) {
        Map.Entry<Long, Batch> start = byFirst.floorEntry(offset);
        if (start == null || offset > newest) {
            return Optional.empty();
        }
        List<Batch> found = new ArrayList<>();
        for (Batch batch : byFirst.tailMap(start.getKey(), true).values()) {
            if (channel == null || channel.equals(batch.channel())) {
                found.add(batch);
                if (found.size() == MOST_PER_CALL) {
                    return Optional.of(new Stretch(found, batch.last()));
                }
            }
        }
        return Optional.of(new Stretch(found, newest));
    }
}
