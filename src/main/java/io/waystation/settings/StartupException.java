package io.waystation.settings;

/**
 * The hub cannot start where it is: the port is taken, or its data folder cannot be used. The start stops
 * with this message on one line and exit code 3.
 */
public final class StartupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * Says why the hub cannot start.
     *
     * @param code stable, lower-case, hyphenated, such as {@code port-in-use}, {@code data-folder-in-use},
     *     {@code data-folder-unwritable} or {@code data-format-newer}
     * @param message one line: what is wrong and what to do about it
     */
    public StartupException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The same with what caused it. */
    public StartupException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Stable code. */
    public String code() {
        return code;
    }
}
