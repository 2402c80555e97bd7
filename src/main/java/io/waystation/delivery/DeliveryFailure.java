package io.waystation.delivery;

/** An attempt that failed; its work item waits for the next one or is a dead letter. Has no stack trace: it is no fault of the hub. */
public final class DeliveryFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorClass error;

    DeliveryFailure(ErrorClass error, String detail) {
        super(error.text() + ": " + detail, null, false, false);
        this.error = error;
    }

    /** Why it failed. */
    public ErrorClass error() {
        return error;
    }
}
