package io.waystation.github;

import java.time.Instant;
import java.util.Optional;

/** The API did not do what was asked; says why and, when that is known, from when on to ask again. */
public final class GithubException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure it is. */
    public enum Code {
        /** The rate limit is used up, or GitHub asks to slow down. */
        RATE_LIMITED,
        /** No answer, half an answer, or one of the server's own errors: worth another try. */
        UNAVAILABLE,
        /** The token is missing, wrong, or lacks the permission. */
        DENIED,
        /** Nothing there, or nothing this token may see. */
        NOT_FOUND,
        /** GitHub refuses the request as it is, such as a release that exists already. */
        INVALID,
        /** The answer is not what the API's documentation describes, or is too large. */
        UNEXPECTED
    }

    private final Code code;
    private final int status;
    private final String body;
    private final Instant retryAt;

    GithubException(Code code, int status, String message, String body, Instant retryAt) {
        super(message);
        this.code = code;
        this.status = status;
        this.body = body;
        this.retryAt = retryAt;
    }

    static GithubException unavailable(String message, Instant retryAt) {
        return new GithubException(Code.UNAVAILABLE, 0, message, "", retryAt);
    }

    static GithubException unexpected(String message) {
        return new GithubException(Code.UNEXPECTED, 0, message, "", null);
    }

    /** Kind of failure. */
    public Code code() {
        return code;
    }

    /** HTTP status, or 0 without an answer. */
    public int status() {
        return status;
    }

    /** Beginning of the answer's body, for the error codes GitHub names in it; may be empty. */
    public String body() {
        return body;
    }

    /** When to ask again; empty when asking again changes nothing. */
    public Optional<Instant> retryAt() {
        return Optional.ofNullable(retryAt);
    }
}
