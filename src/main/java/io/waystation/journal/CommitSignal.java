package io.waystation.journal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

import io.waystation.event.Position;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tail of the log, and everybody who waits for it to move. Thread-safe. */
final class CommitSignal {
    private static final Logger LOG = LoggerFactory.getLogger(CommitSignal.class);

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
}
