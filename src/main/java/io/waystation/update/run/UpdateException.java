package io.waystation.update.run;

/** An update cannot go on, and why. The code is stable and goes into the operation's result. */
public final class UpdateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * A refusal that another attempt would not change.
     *
     * @param code stable, lower-case, hyphenated, such as {@code source-mismatch}
     * @param reason for a person: a whole sentence
     */
    public UpdateException(String code, String reason) {
        super(reason);
        this.code = code;
    }

    /** The stable code. */
    public String code() {
        return code;
    }
}
