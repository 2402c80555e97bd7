package io.waystation.http;

import io.waystation.event.Headers;

/**
 * The request line and headers of an exchange that came in over HTTP, as received.
 *
 * <p>The engine puts it on every exchange as the property {@link #PROPERTY}; it is the only way to the
 * sender's headers on routes that run on the event loop, so that no header can become a Camel header.
 *
 * @param method HTTP method, upper case
 * @param path raw path, not decoded
 * @param query raw query string, or null
 * @param headers every header with every value, names in lower case
 * @param remoteAddress IP address of the client; behind a trusted proxy the forwarded one
 * @param scheme {@code http} or {@code https}, as the client used it
 * @param authority host and port the client asked for, or null
 */
public record HttpRequest(
        String method, String path, String query, Headers headers, String remoteAddress, String scheme,
        String authority) {
    /** Exchange property that holds the request. */
    public static final String PROPERTY = "CamelWaystationHttpRequest";
}
