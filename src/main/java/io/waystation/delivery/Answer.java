package io.waystation.delivery;

import java.util.Optional;

/**
 * What came of one HTTP call.
 *
 * @param status status of the answer, or 0 when none came
 * @param retryAfter value of its {@code Retry-After}
 * @param snippet first part of its body, as text
 * @param error why it is no success, or null
 * @param detail the same for a person, or null
 * @param allowed what its headers of the CloudEvents handshake say
 */
record Answer(int status, Optional<String> retryAfter, String snippet, ErrorClass error, String detail, Allowed allowed) {
    private static final Allowed NOTHING = new Allowed(null, null);

    /** Values of {@code WebHook-Allowed-Origin} and {@code WebHook-Allowed-Rate}, each may be null. */
    record Allowed(String origin, String rate) {
    }

    Answer with(Allowed other) {
        return new Answer(status, retryAfter, snippet, error, detail, other);
    }

    /** An answer with a status. */
    static Answer of(int status, Optional<String> retryAfter, String snippet) {
        if (status / 100 == 2) {
            return new Answer(status, retryAfter, snippet, null, null, NOTHING);
        }
        ErrorClass error = status / 100 == 3 ? ErrorClass.REDIRECT : ErrorClass.STATUS;
        return new Answer(status, retryAfter, snippet, error, "HTTP " + status, NOTHING);
    }

    /** No answer. */
    static Answer failed(ErrorClass error, String detail) {
        return new Answer(0, Optional.empty(), "", error, detail, NOTHING);
    }

    boolean isSuccess() {
        return error == null;
    }
}
