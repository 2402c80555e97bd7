package io.waystation.update.release;

/** A signed release was refused, and why. */
public final class ReleaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    /**
     * Refuses.
     *
     * @param reason for a person: a whole sentence
     */
    public ReleaseException(Refusal refusal, String reason) {
        super(reason);
        this.refusal = refusal;
    }

    /** Why, as a stable code. */
    public Refusal refusal() {
        return refusal;
    }
}
