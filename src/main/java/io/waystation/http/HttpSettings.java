package io.waystation.http;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;

/**
 * Settings of the HTTP server, checked.
 *
 * @param eventLoops event loops that share the port
 * @param eventLoopRoutes ids of routes that run on the event loop; a trailing {@code *} stands for any rest
 * @param poolSize threads for all other routes
 * @param poolQueue requests that may wait for such a thread
 * @param maxBody largest request body in bytes
 * @param controlRoutes ids of routes whose requests are for the hub itself; a trailing {@code *} stands for any rest
 * @param maxControlBody largest body of such a request in bytes
 * @param maxRequestLine longest request line in bytes
 * @param maxHeaders largest sum of request headers in bytes
 * @param bufferedBodies bytes that all buffered request bodies may take together, those of one that is put together twice
 * @param headerTimeout time from the first byte of a request to the end of its headers
 * @param bodyTimeout time for a whole request body
 * @param bodyRate bytes per second a sender must reach on average
 * @param idleTimeout time a connection may stay without a request
 * @param streamBuffer bytes a stream queues before it counts as not writable
 * @param drainTimeout time that requests in progress get when the hub stops
 * @param tls certificate and key, or empty for plain HTTP
 * @param corsOrigins origins whose pages may call the hub; {@code *} for all
 * @param trustedProxies addresses whose forwarding headers are believed
 * @param bodyGrace time after which the rate of a body counts
 * @param eventLoopBody bytes of the largest body that a route is given on the event loop
 * @param backlog connections that may wait to be accepted
 * @param http2 limits of one HTTP/2 connection
 */
record HttpSettings(
        int eventLoops, List<String> eventLoopRoutes, int poolSize, int poolQueue, long maxBody,
        List<String> controlRoutes, long maxControlBody, int maxRequestLine, int maxHeaders, long bufferedBodies, Duration headerTimeout, Duration bodyTimeout, long bodyRate,
        Duration idleTimeout, int streamBuffer, Duration drainTimeout, Optional<Tls> tls, List<String> corsOrigins,
        List<AddressRange> trustedProxies, Duration bodyGrace, int eventLoopBody, int backlog, Http2 http2) {
    /**
     * Limits of one HTTP/2 connection.
     *
     * @param streams requests and streams at once
     * @param window bytes of bodies that may be on their way, of each request and of all together
     */
    record Http2(int streams, int window) {
    }

    /**
     * Certificate chain and private key, both PEM.
     *
     * @param certificate file of the chain, the server's own certificate first
     * @param key file of the private key
     * @param reload how often the files are looked at for a change
     */
    record Tls(Path certificate, Path key, Duration reload) {
    }

    private static final String PREFIX = "waystation.http.";
    private static final long LEAST_GRACE_MILLIS = 100;
    private static final long LARGEST_BODY = 1L << 30;

    static HttpSettings of(Settings settings) {
        int loops = settings.number(PREFIX + "event-loops", 0, 256);
        long maxBody = within(settings, "max-body", 1, LARGEST_BODY);
        return new HttpSettings(
                loops == 0 ? Runtime.getRuntime().availableProcessors() : loops,
                settings.list(PREFIX + "event-loop-routes"),
                settings.number(PREFIX + "pool-size", 1, 10_000),
                settings.number(PREFIX + "pool-queue", 0, 1_000_000),
                maxBody,
                settings.list(PREFIX + "control-routes"),
                within(settings, "max-control-body", 1, LARGEST_BODY),
                (int) within(settings, "max-request-line", 1 << 10, 1 << 20),
                (int) within(settings, "max-headers", 1 << 10, 1 << 20),
                bufferedBodies(settings, maxBody),
                settings.positive(PREFIX + "header-timeout"),
                settings.positive(PREFIX + "body-timeout"),
                within(settings, "body-rate", 0, 1 << 30),
                settings.positive(PREFIX + "idle-timeout"),
                (int) within(settings, "stream-buffer", 1 << 10, 1 << 28),
                settings.duration(PREFIX + "drain-timeout"),
                tls(settings),
                settings.list(PREFIX + "cors-origins"),
                AddressRange.of(PREFIX + "trusted-proxies", settings.list(PREFIX + "trusted-proxies")),
                bodyGrace(settings),
                (int) within(settings, "event-loop-body", 0, 1 << 20),
                settings.number(PREFIX + "backlog", 1, 65_535),
                new Http2(settings.number(PREFIX + "http2-streams", 1, 1_000_000), (int) within(settings, "http2-window", 65_535, 1 << 30)));
    }

    private static long bufferedBodies(Settings settings, long maxBody) {
        long buffered = settings.bytes(PREFIX + "buffered-bodies");
        long ofOne = GrowingBody.mostFor(maxBody);
        if (buffered == 0) {
            return Math.max(ofOne, Runtime.getRuntime().maxMemory() / 4);
        }
        if (buffered < ofOne) {
            throw new InvalidSettingException(PREFIX + "buffered-bodies", "must be at least " + ofOne + " bytes, twice "
                    + PREFIX + "max-body, which one body may take while it is put together, not " + buffered);
        }
        return buffered;
    }

    private static Duration bodyGrace(Settings settings) {
        Duration grace = settings.duration(PREFIX + "body-grace");
        if (grace.toMillis() < LEAST_GRACE_MILLIS) { // a body may come a packet after its head
            throw new InvalidSettingException(PREFIX + "body-grace", "must be at least 100ms, not '" + grace.toMillis() + "ms'");
        }
        return grace;
    }

    private static long within(Settings settings, String name, long least, long most) {
        long bytes = settings.bytes(PREFIX + name);
        if (bytes < least || bytes > most) {
            throw new InvalidSettingException(
                    PREFIX + name, "must be from " + least + " to " + most + " bytes, not " + bytes);
        }
        return bytes;
    }

    private static Optional<Tls> tls(Settings settings) {
        Duration reload = settings.duration(PREFIX + "tls-reload");
        boolean certificate = settings.text(PREFIX + "tls-certificate").isPresent();
        boolean key = settings.text(PREFIX + "tls-key").isPresent();
        if (certificate != key) {
            throw new InvalidSettingException(PREFIX + (certificate ? "tls-key" : "tls-certificate"),
                    "is not set, but " + PREFIX + (certificate ? "tls-certificate" : "tls-key") + " is");
        }
        return certificate
                ? Optional.of(new Tls(file(settings, PREFIX + "tls-certificate"), file(settings, PREFIX + "tls-key"),
                        reload))
                : Optional.empty();
    }

    private static Path file(Settings settings, String key) {
        Path file = settings.path(key);
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new InvalidSettingException(key, "names " + file + ", which "
                    + (Files.exists(file) ? "is no file that can be read" : "is not there"));
        }
        return file;
    }

    /** Whether a route of this id runs on the event loop. */
    boolean onEventLoop(String routeId) {
        return isOneOf(eventLoopRoutes, routeId);
    }

    /** Largest body in bytes that a route of this id is given. */
    long maxBody(String routeId) {
        return isOneOf(controlRoutes, routeId) ? Math.min(maxControlBody, maxBody) : maxBody;
    }

    private static boolean isOneOf(List<String> patterns, String routeId) {
        if (routeId != null) {
            for (String pattern : patterns) {
                if (pattern.equals(routeId) || pattern.endsWith("*")
                        && routeId.startsWith(pattern.substring(0, pattern.length() - 1))) {
                    return true;
                }
            }
        }
        return false;
    }
}
