package io.waystation.journal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

import io.waystation.event.Position;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tail of the log, and everybody who waits for it to move. Thread-safe. */
final class CommitSignal {
    private static final Logger LOG = LoggerFactory.getLogger(CommitSignal.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
    private volatile Position tail = Position.START;

    Position tail() {
        return tail;
    }

    /** Lets readers see everything up to a position; {@link #tell} wakes them. */
    void move(Position to) {
        tail = to;
    }

    void tell() {
        lock.lock();
        try {
            moved.signalAll();
        } finally {
            lock.unlock();
        }
        long offset = tail.offset();
        for (LongConsumer listener : listeners) {
            try {
                listener.accept(offset);
            } catch (RuntimeException | Error failed) {
                LOG.error("A commit listener failed", failed);
            }
        }
    }

    void listen(LongConsumer listener) {
        listeners.add(listener);
    }

    void ignore(LongConsumer listener) {
        listeners.remove(listener);
    }

    boolean awaitBeyond(long offset, long nanos) throws InterruptedException {
        if (tail.offset() > offset) {
            return true;
        }
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (tail.offset() <= offset) {
                if (left <= 0) {
                    return false;
                }
                left = moved.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
