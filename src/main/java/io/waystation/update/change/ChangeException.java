package io.waystation.update.change;

/**
 * A step of a change was refused or failed; nothing is half-done, or the manifest says what is.
 *
 * <p>The code is stable and goes into the operation's result, the API and the log.
 */
public final class ChangeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final boolean passing;

    private ChangeException(String code, String detail, boolean passing, Throwable cause) {
        super(detail, cause);
        this.code = code;
        this.passing = passing;
    }

    /**
     * What was asked for is wrong and will be wrong again.
     *
     * @param code stable, lower-case, hyphenated, such as {@code wrong-digest}
     * @param detail what happened and what to do next
     */
    public static ChangeException refused(String code, String detail) {
        return new ChangeException(code, detail, false, null);
    }

    /** The same, with the error behind it. */
    public static ChangeException refused(String code, String detail, Throwable cause) {
        return new ChangeException(code, detail, false, cause);
    }

    /** Something outside failed that may work later: a network, a disk, another process. */
    public static ChangeException failed(String code, String detail, Throwable cause) {
        return new ChangeException(code, detail, true, cause);
    }

    /** The same, about a process that depends on the changed one. */
    ChangeException of(String dependent) {
        return new ChangeException(code, "the dependent " + dependent + ": " + getMessage(), passing, this);
    }

    /** The stable code. */
    public String code() {
        return code;
    }

    /** Whether the same step may succeed when it is tried again later. */
    public boolean passing() {
        return passing;
    }
}
