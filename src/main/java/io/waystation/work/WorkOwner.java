package io.waystation.work;

import java.time.Clock;
import java.util.concurrent.TimeUnit;

import io.waystation.store.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as the holder of leases, with its latest sign of life in the table {@code work_owner}.
 *
 * <p>One row for all leases, however many there are. On SQLite one process owns the store, so whoever else is in the
 * table is gone; on a database that several processes share, an owner without a beat loses what it holds.
 */
final class WorkOwner {
    private static final Logger LOG = LoggerFactory.getLogger(WorkOwner.class);
    private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Store store;
    private final Clock clock;
    private final String id;
    private long beatAt;

    WorkOwner(Store store, Clock clock, String id) {
        this.store = store;
        this.clock = clock;
        this.id = id;
    }

    /** Takes the place of whoever owned the store before. */
    void start() {
        long now = clock.millis();
        store.writeNow(handle -> {
            handle.execute("DELETE FROM work_owner");
            return handle.execute("INSERT INTO work_owner (id, started_at, beat_at) VALUES (?, ?, ?)", id, now, now);
        });
        beatAt = System.nanoTime();
    }

    /** Gives a sign of life, unless the last one is recent. Called by one thread. */
    void beat() {
        if (System.nanoTime() - beatAt < BEAT_NANOS) {
            return;
        }
        beatAt = System.nanoTime();
        long now = clock.millis();
        store.write(handle -> handle.execute("UPDATE work_owner SET beat_at = ? WHERE id = ?", now, id))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.warn("The sign of life of this hub's leases could not be written: {}", failure.getMessage());
                    }
                });
    }
}
