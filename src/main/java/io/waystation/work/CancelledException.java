package io.waystation.work;

/** Thrown in an item's route: the item ends as cancelled, without another attempt. */
public final class CancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says why, for a person. */
    public CancelledException(String reason) {
        super(reason);
    }
}
