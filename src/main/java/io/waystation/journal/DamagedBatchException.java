package io.waystation.journal;

/** A stored batch cannot be read back; readers pass over it. */
final class DamagedBatchException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedBatchException(String message, Throwable cause) {
        super(message, cause);
    }
}
