package io.waystation.relay;

import java.io.IOException;
import java.time.Duration;

/** A server answered a stream request with something other than a stream. */
final class StreamRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Duration retryAfter;

    StreamRefusedException(int status, String message, Duration retryAfter) {
        super(message);
        this.status = status;
        this.retryAfter = retryAfter;
    }

    /** The HTTP status; 200 when only the content type was wrong. */
    int status() {
        return status;
    }

    /** How long the server asks to wait; zero when it does not say. */
    Duration retryAfter() {
        return retryAfter == null ? Duration.ZERO : retryAfter;
    }

    /** Whether a person has to change something: token, address or cursor. */
    boolean needsAPerson() {
        return status == 401 || status == 403 || status == 404;
    }

    /** Whether this server has no such stream at this address, so that another dialect may fit. */
    boolean isNotHere() {
        return status == 200 || status == 404 || status == 405 || status == 406;
    }
}
