package io.waystation.store;

/** The store could not do what was asked; nothing of it was kept, and asking again later may succeed. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why the store refused. */
    public enum Code {
        /** The disk or quota is full; recovers by itself when there is room. */
        FULL,
        /** Too much is waiting, or no reader came free in time. */
        BUSY,
        /** A read took longer than it may. */
        TIMEOUT,
        /** The store is closed or closing. */
        CLOSED,
        /** The database answered with another error. */
        FAILED
    }

    private final Code code;

    /** Names the reason and what was being done. */
    public StoreException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The reason. */
    public Code code() {
        return code;
    }
}
