package io.waystation.cli.client;

/** The target did not take the event now and may take it later. */
public final class TargetUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    TargetUnavailableException(String message) {
        super(message, null, false, false);
    }
}
