package io.waystation.update.release;

/** A version could not be released, and why. The code is stable and goes into the operation's result. */
public final class ReleaseFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * A failure.
     *
     * @param code stable, lower-case, hyphenated, such as {@code release-differs}
     * @param reason for a person: a whole sentence
     */
    public ReleaseFailedException(String code, String reason) {
        super(reason);
        this.code = code;
    }

    /** The stable code. */
    public String code() {
        return code;
    }
}
