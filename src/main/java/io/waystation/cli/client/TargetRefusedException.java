package io.waystation.cli.client;

/** The target answered that it does not take this event; trying again changes nothing. */
public final class TargetRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    TargetRefusedException(String message) {
        super(message, null, false, false);
    }
}
