package io.waystation.update.fleet;

/** The fleet refuses something, and why. */
public final class FleetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * Refuses.
     *
     * @param code stable: {@code invalid-report}, {@code wrong-signature}, {@code machine-known}, {@code fleet-full},
     *     {@code no-such-release} or {@code not-halted}
     * @param reason for a person: a whole sentence
     */
    public FleetException(String code, String reason) {
        super(reason);
        this.code = code;
    }

    /** Stable code. */
    public String code() {
        return code;
    }
}
