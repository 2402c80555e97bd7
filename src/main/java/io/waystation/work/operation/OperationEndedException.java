package io.waystation.work.operation;

/** The operation has ended, or somebody else runs it now: nothing was changed, and the caller should stop. */
public final class OperationEndedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Names the operation. */
    public OperationEndedException(String operation) {
        super("operation " + operation + " has ended or is run by somebody else; nothing was changed");
    }
}
