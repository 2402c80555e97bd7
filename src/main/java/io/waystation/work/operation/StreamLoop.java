package io.waystation.work.operation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.http.StreamRounds;

/**
 * The streams whose connections live on one event loop.
 *
 * <p>New events go out in rounds over all streams.
 *
 * <p>{@link #signal} and {@link #each} may be called anywhere, everything else on the loop only.
 */
final class StreamLoop {
    private static final Logger LOG = LoggerFactory.getLogger(StreamLoop.class);
    private static final int SLICE = 256;

    private final Executor loop;
    private final Set<OperationStream> streams = new LinkedHashSet<>();
    private final Deque<OperationStream> round = new ArrayDeque<>();
    private final StreamRounds rounds;

    StreamLoop(Executor loop) {
        this.loop = loop;
        this.rounds = new StreamRounds(loop, this::pump);
    }

    void add(OperationStream stream) {
        streams.add(stream);
    }

    void remove(OperationStream stream) {
        streams.remove(stream);
    }

    /** New events are there. */
    void signal() {
        rounds.signal();
    }

    private boolean pump() {
        if (round.isEmpty()) {
            round.addAll(streams);
        }
        some(round, OperationStream::pump);
        return !round.isEmpty();
    }

    /** Does something for every stream, giving the loop back in between. */
    void each(Consumer<OperationStream> action) {
        execute(() -> slice(new ArrayDeque<>(streams), action));
    }

    private void slice(Deque<OperationStream> rest, Consumer<OperationStream> action) {
        some(rest, action);
        if (!rest.isEmpty()) {
            execute(() -> slice(rest, action));
        }
    }

    private static void some(Deque<OperationStream> rest, Consumer<OperationStream> action) {
        for (int i = 0; i < SLICE && !rest.isEmpty(); i++) {
            one(rest.remove(), action);
        }
    }

    private static void one(OperationStream stream, Consumer<OperationStream> action) {
        try {
            action.accept(stream);
        } catch (RuntimeException | Error failure) { // the others of the loop wait behind this one
            LOG.warn("A stream of operations failed", failure);
        }
    }

    private void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("Not run: the loop's connections are gone with it", stopping);
        }
    }
}
