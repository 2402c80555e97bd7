package io.waystation.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Reads a raw query string, as forms encode it. */
public final class QueryString {
    private QueryString() {
    }

    /** First value of a parameter, decoded. */
    public static Optional<String> first(String query, String name) {
        String[] found = new String[1];
        forEach(query, (key, value) -> {
            if (found[0] == null && key.equals(name)) {
                found[0] = value;
            }
        });
        return Optional.ofNullable(found[0]);
    }

    /** Calls for each parameter in order, name and value decoded; what cannot be decoded is left out. */
    static void forEach(String query, BiConsumer<String, String> action) {
        if (query == null || query.isEmpty()) {
            return;
        }
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (name != null && value != null && !name.isEmpty()) {
                action.accept(name, value);
            }
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }
}
