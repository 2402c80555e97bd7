package io.waystation.relay;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the newest position to its cursor on a thread of its own: many positions reached during one slow
 * write become one. A cursor that lags only means that events come twice after a crash.
 */
final class CursorKeeper implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(CursorKeeper.class);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final StreamCursor cursor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private String wanted = "";
    private String kept = "";
    private boolean failing;
    private boolean closing;

    CursorKeeper(StreamCursor cursor) {
        this.cursor = cursor;
    }

    /** Asks for a position to be kept; does not wait. */
    void reached(String streamId) {
        lock.lock();
        try {
            wanted = streamId;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Writes until closed and everything is written. */
    @Override
    public void run() {
        try {
            for (String next = next(); next != null; next = next()) {
                store(next);
            }
        } catch (InterruptedException stopped) {
            // the process ends: what is not written is received again
        }
    }

    private String next() throws InterruptedException {
        lock.lock();
        try {
            while (wanted.equals(kept)) {
                if (closing) {
                    return null;
                }
                changed.await();
            }
            return wanted;
        } finally {
            lock.unlock();
        }
    }

    private void store(String streamId) throws InterruptedException {
        try {
            cursor.store(streamId);
            lock.lock();
            try {
                kept = streamId;
                failing = false;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        } catch (IOException | RuntimeException | Error problem) { // nothing ends the keeping but close()
            if (!failing) {
                failing = true;
                LOG.warn("cannot keep the position {}: {}; trying again, events may come twice after a restart",
                        streamId, problem.toString());
            }
            lock.lock();
            try {
                if (closing) {
                    kept = wanted; // one last try was made
                } else {
                    changed.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Lets {@link #run()} end after the newest position is written. */
    void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
