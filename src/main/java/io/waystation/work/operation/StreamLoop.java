package io.waystation.work.operation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The streams whose connections live on one event loop.
 *
 * <p>{@link #signal} and {@link #each} may be called anywhere, everything else on the loop only.
 */
final class StreamLoop {
    private static final int SLICE = 256;

    private final Executor loop;
    private final Set<OperationStream> streams = new LinkedHashSet<>();
    private final AtomicBoolean signalled = new AtomicBoolean();

    StreamLoop(Executor loop) {
        this.loop = loop;
    }

    void add(OperationStream stream) {
        streams.add(stream);
    }

    void remove(OperationStream stream) {
        streams.remove(stream);
    }

    /** New events are there. */
    void signal() {
        if (signalled.compareAndSet(false, true)) {
            each(OperationStream::pump, () -> signalled.set(false));
        }
    }

    /** Does something for every stream, giving the loop back in between. */
    void each(Consumer<OperationStream> action) {
        each(action, () -> { });
    }

    private void each(Consumer<OperationStream> action, Runnable first) {
        execute(() -> {
            first.run();
            slice(new ArrayDeque<>(streams), action);
        });
    }

    private void slice(Deque<OperationStream> rest, Consumer<OperationStream> action) {
        for (int i = 0; i < SLICE && !rest.isEmpty(); i++) {
            action.accept(rest.remove());
        }
        if (!rest.isEmpty()) {
            execute(() -> slice(rest, action));
        }
    }

    private void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException stopping) {
            signalled.set(false); // the loop's connections are gone with it
        }
    }
}
