package io.waystation.update.git;

/** A repository could not be read. */
public final class GitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean refused;

    private GitException(String message, boolean refused, Throwable cause) {
        super(message, cause);
        this.refused = refused;
    }

    /** Worth another try: a network, a server, a time limit. */
    static GitException unavailable(String message, Throwable cause) {
        return new GitException(message, false, cause);
    }

    /** The same again tomorrow: what is there must not or cannot be taken. */
    static GitException refused(String message) {
        return new GitException(message, true, null);
    }

    /** Whether trying again changes nothing. */
    public boolean isRefused() {
        return refused;
    }
}
