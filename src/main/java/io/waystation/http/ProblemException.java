package io.waystation.http;

import java.util.Map;

/**
 * A request is refused: becomes a problem JSON answer with a stable code.
 *
 * <p>No stack trace is filled in, because refusals are ordinary answers and may be many.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457, problem details for HTTP APIs</a>
 */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient Map<String, String> headers;

    /**
     * Refuses with a code, a status and a reason.
     *
     * @param status HTTP status, 400 to 599
     * @param code stable, lower-case, hyphenated, such as {@code invalid-signature}
     * @param detail what happened, what was kept and what to do next
     */
    public ProblemException(int status, String code, String detail) {
        this(status, code, detail, Map.of());
    }

    /** The same with response headers, such as {@code Retry-After}. */
    public ProblemException(int status, String code, String detail, Map<String, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.headers = Map.copyOf(headers);
    }

    /** HTTP status. */
    public int status() {
        return status;
    }

    /** Stable code. */
    public String code() {
        return code;
    }

    /** Response headers to add. */
    public Map<String, String> headers() {
        return headers == null ? Map.of() : headers;
    }
}
