package io.waystation.update.process;

/** A tree of processes cannot be started, recorded or ended. */
public final class ProcessTreeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * Says what went wrong.
     *
     * @param code stable: {@code lane-busy}, {@code process-not-started}, {@code process-not-recorded},
     *     {@code process-tree-alive}, {@code process-table-unreadable}, {@code hub-stopping}
     * @param message what happened and what to do about it
     */
    public ProcessTreeException(String code, String message) {
        this(code, message, null);
    }

    /** The same with its cause. */
    public ProcessTreeException(String code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Stable code. */
    public String code() {
        return code;
    }
}
