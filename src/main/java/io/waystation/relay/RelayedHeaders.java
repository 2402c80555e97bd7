package io.waystation.relay;

import java.util.Set;

/** Which headers of a webhook may go on to clients. */
final class RelayedHeaders {
    /** RFC 9110, section 7.6.1, and what breaks clients that send every field as a header. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect", "http2-settings");

    private RelayedHeaders() {
    }

    /** Whether a header, named in lower case, belongs to one connection only. */
    static boolean isHopByHop(String name) {
        return HOP_BY_HOP.contains(name) || name.startsWith("proxy-");
    }
}
