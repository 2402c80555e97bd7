package io.waystation.store;

/** The hub cannot start; carries a stable code and a message that says what to do. */
public final class StartupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * Refuses the start.
     *
     * @param code stable, lower-case, hyphenated, such as {@code data-folder-in-use}
     * @param message one line: what is wrong and what to do
     */
    public StartupException(String code, String message) {
        this(code, message, null);
    }

    /** The same with the failure below it. */
    public StartupException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Stable code. */
    public String code() {
        return code;
    }
}
