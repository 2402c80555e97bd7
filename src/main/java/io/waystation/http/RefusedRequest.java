package io.waystation.http;

import java.time.Instant;

/**
 * A request that was answered with an error by the server or a route.
 *
 * @param time when
 * @param address client's IP address
 * @param method HTTP method, or {@code -} when none was understood
 * @param path path without the query, at most 200 characters
 * @param status HTTP status; 0 when the connection was closed without an answer
 * @param code stable code of the problem
 * @param detail what a person can read about it
 */
public record RefusedRequest(
        Instant time, String address, String method, String path, int status, String code, String detail) {
    private static final int LONGEST_PATH = 200;

    /** Shortens the path. */
    public RefusedRequest {
        path = path == null ? "-" : path.substring(0, Math.min(LONGEST_PATH, path.length()));
    }
}
