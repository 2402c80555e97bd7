package io.waystation.relay;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads query strings and form bodies into names and values, in order. */
final class FormFields {
    private FormFields() {
    }

    /**
     * Values by name; text that is not percent-encoded correctly is kept as it is.
     *
     * @param text such as {@code a=1&b=2}, or null
     */
    static Map<String, List<String>> parse(String text) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        if (text == null || text.isEmpty()) {
            return fields;
        }
        for (String pair : text.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
                fields.computeIfAbsent(name, key -> new ArrayList<>(1)).add(value);
            }
        }
        return fields;
    }

    /** First value of one field, or null. */
    static String first(String text, String name) {
        List<String> values = parse(text).get(name);
        return values == null ? null : values.get(0);
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return text;
        }
    }
}
