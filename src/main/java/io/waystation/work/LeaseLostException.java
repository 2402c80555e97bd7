package io.waystation.work;

/** An attempt is no longer its item's current one, or was told to stop; what it wanted to write was not written. */
public final class LeaseLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says which item, and why when that is known. */
    public LeaseLostException(String message) {
        super(message);
    }
}
