package io.waystation.work;

import java.util.Locale;

/** Where an item stands. */
public enum ItemState {
    /** Its time has not come: delay, quiet period, retry, or deferred. */
    WAITING,
    /** It runs as soon as its key has its turn. */
    READY,
    /** An attempt is under way. */
    RUNNING,
    /** Its route ended well. */
    SUCCEEDED,
    /** Dead letter: it ran out of attempts. */
    DEAD,
    /** Somebody cancelled it. */
    CANCELLED,
    /** A newer item of its key took its place. */
    SUPERSEDED;

    /** As it is written in the store, the API and the documents. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The state written so. */
    static ItemState of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** The state of an item that came to this end. */
    static ItemState of(WorkOutcome.State end) {
        return end == WorkOutcome.State.FAILED ? DEAD : valueOf(end.name());
    }
}
