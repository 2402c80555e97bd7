package io.waystation.delivery;

import java.util.Locale;

/** Whether an endpoint gets what it is owed. In every state but the first it is kept for it. */
public enum EndpointState {
    /** It does. */
    ACTIVE,
    /** A person paused it. */
    PAUSED,
    /** The hub gave it up: it answered 410, or failed for too long. */
    DISABLED,
    /** Its lease ran out. */
    EXPIRED;

    /** As it is written in the store, the API and the documents. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static EndpointState of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
