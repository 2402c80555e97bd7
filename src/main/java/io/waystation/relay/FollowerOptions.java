package io.waystation.relay;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How to follow a stream.
 *
 * @param address channel address, such as {@code https://host/channel}, or the address of the stream itself
 * @param dialect kind of stream; empty to find out
 * @param token sent as a bearer token to this server only, or null
 * @param headers more request headers
 * @param cursor named cursor the server keeps, or null
 * @param insecure whether any TLS certificate is taken
 * @param connectTimeout longest wait for a connection and for the head of an answer
 * @param idleTimeout longest silence before the connection is given up
 * @param firstDelay bound of the first delay before a reconnect
 * @param longestDelay bound of the longest
 * @param maxEventBytes largest message taken
 */
public record FollowerOptions(
        URI address,
        Optional<StreamDialect> dialect,
        String token,
        Map<String, String> headers,
        String cursor,
        boolean insecure,
        Duration connectTimeout,
        Duration idleTimeout,
        Duration firstDelay,
        Duration longestDelay,
        int maxEventBytes) {

    /** Checks the address. */
    public FollowerOptions {
        String scheme = address.getScheme();
        if (address.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new IllegalArgumentException("'" + address + "' is not an http or https address");
        }
        if (StreamDialect.channelOf(address).isEmpty()) {
            throw new IllegalArgumentException("'" + address + "' names no channel: it is the last part of the path");
        }
        headers = Map.copyOf(headers);
    }
}
