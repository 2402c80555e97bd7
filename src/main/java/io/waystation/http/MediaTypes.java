package io.waystation.http;

import java.util.Locale;
import java.util.Set;

/** Compares media types as {@code consumes} and {@code produces} of a route need it; parameters do not count. */
final class MediaTypes {
    private MediaTypes() {
    }

    /** Type without its parameters. */
    static String name(String value) {
        int semicolon = value.indexOf(';');
        return (semicolon < 0 ? value : value.substring(0, semicolon)).trim();
    }

    /** Whether a content type is one of these; a missing one is let through. */
    static boolean isOneOf(String contentType, Set<String> types) {
        if (contentType == null || contentType.isBlank()) {
            return true;
        }
        String type = name(contentType).toLowerCase(Locale.ROOT);
        return types.stream().anyMatch(pattern -> matches(pattern, type));
    }

    /** Whether an Accept header takes one of these types; a missing one takes all. */
    static boolean acceptsOneOf(String accept, Set<String> types) {
        if (accept == null || accept.isBlank()) {
            return true;
        }
        for (String range : accept.toLowerCase(Locale.ROOT).split(",")) {
            String wanted = name(range);
            if (types.stream().anyMatch(type -> matches(wanted, type) || matches(type, wanted))) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String pattern, String type) {
        return pattern.equals(type) || pattern.equals("*/*") || pattern.equals("*")
                || pattern.endsWith("/*") && type.startsWith(pattern.substring(0, pattern.length() - 1));
    }
}
