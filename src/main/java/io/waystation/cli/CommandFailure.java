package io.waystation.cli;

/** A command ends with this message on one line and this exit code. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /**
     * Ends a command.
     *
     * @param exitCode one of {@link ExitCode}
     * @param message what happened and what to do about it
     */
    CommandFailure(int exitCode, String message) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    /** Exit code of the process. */
    int exitCode() {
        return exitCode;
    }
}
