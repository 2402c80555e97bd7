package io.waystation.ingest;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Decides which parts of a query string stay on an event, by the rules of {@link RelayedHeaders}. */
final class RelayedQuery {
    private static final Set<String> CREDENTIALS = Set.of("access_token", "token", "api_key", "apikey");

    private final boolean keepCredentials;

    /** A policy. */
    RelayedQuery(boolean keepCredentials) {
        this.keepCredentials = keepCredentials;
    }

    /** The raw query without the parts that must not travel on; null when nothing is left. */
    String of(String query) {
        if (query == null || query.isEmpty()) {
            return null;
        }
        StringBuilder kept = new StringBuilder(query.length());
        for (String part : query.split("&")) {
            if (!part.isEmpty() && stays(part)) {
                kept.append(kept.length() == 0 ? "" : "&").append(part);
            }
        }
        return kept.length() == 0 ? null : kept.toString();
    }

    private boolean stays(String part) {
        int equals = part.indexOf('=');
        String name = equals < 0 ? part : part.substring(0, equals);
        try {
            name = URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return false; // nobody can say what such a name means to the one who reads it next
        }
        return !RelayedHeaders.isCamelControl(name)
                && (keepCredentials || !CREDENTIALS.contains(Allowed.lower(name)));
    }
}
