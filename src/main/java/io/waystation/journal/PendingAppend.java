package io.waystation.journal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import io.waystation.event.Event;
import io.waystation.event.Position;

/** An event that waits for the disk. Written by the writer thread only, after it is taken from the queue. */
final class PendingAppend {
    private final Event event;
    private final long weight;
    private final Executor resumeOn;
    private final CompletableFuture<Appended> future = new CompletableFuture<>();
    private PendingAppend first;
    private Position position;
    private JournalFullException failure;

    PendingAppend(Event event, Executor resumeOn) {
        this.event = event;
        this.weight = event.weight();
        this.resumeOn = resumeOn;
    }

    Event event() {
        return event;
    }

    Executor resumeOn() {
        return resumeOn;
    }

    CompletableFuture<Appended> future() {
        return future;
    }

    long bytes() {
        return weight;
    }

    void writtenAt(Position at) {
        position = at;
    }

    Position position() {
        return position;
    }

    /** An earlier transaction wrote the first event of the delivery. */
    void repeats(Position earlier) {
        position = earlier;
        first = this;
    }

    /** The same transaction writes the first event of the delivery. */
    void repeats(PendingAppend earlier) {
        first = earlier;
    }

    boolean isRepetition() {
        return first != null;
    }

    void fail(JournalFullException cause) {
        failure = cause;
    }

    /** Completes the future with what became of the event. */
    void complete() {
        JournalFullException cause = first == null ? failure : first.failure;
        if (cause != null) {
            future.completeExceptionally(cause);
        } else {
            future.complete(new Appended(first == null ? position : first.position, first != null));
        }
    }
}
