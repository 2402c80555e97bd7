package io.waystation.event;

import java.util.Set;

/** Which headers belong to one connection and go no further. */
public final class ConnectionHeaders {
    /** RFC 9110, section 7.6.1, and what breaks clients that send every field as a header. */
    private static final Set<String> NAMES = Set.of("connection", "expect", "http2-settings", "keep-alive", "te",
            "trailer", "trailers", "transfer-encoding", "upgrade");

    private ConnectionHeaders() {
    }

    /** Whether a header, named in lower case, is one. */
    public static boolean contains(String name) {
        return NAMES.contains(name) || name.startsWith("proxy-");
    }
}
