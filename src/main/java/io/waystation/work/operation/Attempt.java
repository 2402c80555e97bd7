package io.waystation.work.operation;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.store.Store;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.store.StoreException;
import io.waystation.store.Work;
import io.waystation.work.LeaseLostException;

/**
 * An attempt at an operation in this process: what it has to tell, on its way to the store.
 *
 * <p>Thread-safe. A method that writes throws what the fence throws when the attempt is no longer the current one; a store
 * that is full or busy never fails the work: what could not be told is told later.
 */
final class Attempt {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final String operation;
    private final long fence;
    private final Fence writes;
    private final OperationChanges changes;
    private final OperationLimits limits;
    private final ProgressThrottle throttle;
    private final WaitingLines lines;
    private Waiting last;
    private volatile boolean fenced;
    private volatile String stopReason;

    /** Writes that are made only while the attempt is the current one. */
    interface Fence {
        /** @return fails, with the fence's own exception, when the attempt is no longer the current one */
        <T> CompletableFuture<T> write(Work<T> work);
    }

    /** @param percent how far the operation was before */
    Attempt(String operation, long fence, int percent, Fence writes, OperationChanges changes, OperationLimits limits) {
        this.operation = operation;
        this.fence = fence;
        this.writes = writes;
        this.changes = changes;
        this.limits = limits;
        this.throttle = new ProgressThrottle(percent);
        this.lines = new WaitingLines(Math.min(limits.logLines(), 1_000), limits.lineLength());
    }

    String operation() {
        return operation;
    }

    long fence() {
        return fence;
    }

    void progress(Progress progress) {
        CompletableFuture<?> written;
        Optional<Progress> now;
        synchronized (throttle) { // submitted in the order in which it was decided
            now = throttle.offer(progress, System.nanoTime());
            written = now.map(this::submit).orElse(null);
        }
        if (written != null) {
            tolerate(written);
        }
    }

    private CompletableFuture<?> submit(Progress progress) {
        return writes.write(handle -> changes.progress(handle, operation, progress)).whenComplete((done, failure) ->
                putBack(failure, new Waiting(progress, WaitingLines.Batch.EMPTY)));
    }

    void log(String text) {
        lines.add(text, limits.clock().millis());
    }

    void hold(String reason) {
        write(handle -> changes.hold(handle, operation, reason));
    }

    /** Runs again after it was held. */
    void resume(int attempt) {
        write(handle -> changes.run(handle, operation, attempt));
    }

    void event(String suffix, ObjectNode data) {
        write(handle -> changes.other(handle, operation, suffix, data));
    }

    void result(ObjectNode data) {
        write(handle -> changes.result(handle, operation, data));
    }

    /** Makes a change behind everything that waits to be told, and waits for it. */
    <T> T write(Work<T> work) {
        AtomicReference<Waiting> told = new AtomicReference<>();
        try {
            return Store.await(writes.write(handle -> {
                told.set(takeWaiting());
                store(handle, told.get());
                return work.run(handle);
            }));
        } catch (RuntimeException failed) {
            putBack(told.get());
            throw failed;
        }
    }

    /**
     * Tells what waits in the transaction that ends the attempt. When that is undone, the attempt goes on and is ended by
     * another one, which tells it again.
     */
    void tellLast(Handle handle) {
        putBack(last);
        last = takeWaiting();
        store(handle, last);
    }

    private Waiting takeWaiting() {
        synchronized (throttle) {
            return new Waiting(throttle.flush(System.nanoTime()).orElse(null), lines.take());
        }
    }

    private void putBack(Waiting waiting) {
        if (waiting != null) {
            synchronized (throttle) {
                if (waiting.progress() != null) {
                    throttle.notTold(waiting.progress());
                }
                lines.putBack(waiting.lines());
            }
        }
    }

    private void store(Handle handle, Waiting waiting) {
        if (waiting.progress() != null) {
            changes.progress(handle, operation, waiting.progress());
        }
        store(handle, waiting.lines());
    }

    /** What is not told yet. */
    private record Waiting(Progress progress, WaitingLines.Batch lines) {
    }

    private void store(Handle handle, WaitingLines.Batch batch) {
        if (!batch.lines().isEmpty()) {
            LogRows.append(handle, operation, batch.lines(), batch.dropped(), limits.logLines());
        }
    }

    /** What was not told waits again; behind the fence it waits for the transaction that ends the attempt. */
    private void putBack(Throwable failure, Waiting waiting) {
        if (failure != null) {
            fenced |= isFence(cause(failure));
            putBack(waiting);
        }
    }

    /** Tells what has waited long enough; never waits for the store. */
    void tick() {
        if (fenced) {
            return;
        }
        synchronized (throttle) {
            throttle.due(System.nanoTime()).map(this::submit).ifPresent(Attempt::ignoreLater);
        }
        if (!lines.isEmpty()) {
            WaitingLines.Batch batch = lines.take();
            ignoreLater(writes.write(handle -> {
                store(handle, batch);
                return null;
            }).whenComplete((done, failure) -> putBack(failure, new Waiting(null, batch))));
        }
    }

    private static void ignoreLater(CompletableFuture<?> written) {
        written.exceptionally(failure -> {
            LOG.debug("Not told of an attempt that is over, or later", failure);
            return null;
        });
    }

    private static void tolerate(CompletableFuture<?> written) {
        try {
            written.join();
        } catch (CompletionException failed) {
            if (!(failed.getCause() instanceof StoreException) && failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            LOG.debug("Progress is told later, because the store did not take it", failed);
        }
    }

    private static boolean isFence(Throwable failure) {
        return failure instanceof LeaseLostException || failure instanceof OperationEndedException;
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException wrapped && wrapped.getCause() != null ? wrapped.getCause() : failure;
    }

    /** Somebody wants it to stop. */
    void askToStop(String reason) {
        stopReason = reason;
    }

    Optional<String> stopReason() {
        return Optional.ofNullable(stopReason);
    }
}
