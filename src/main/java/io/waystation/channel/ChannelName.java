package io.waystation.channel;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/**
 * What a channel may be called: 1 to 128 letters, digits, hyphens and underscores, and none of the words
 * the hub's own addresses start with.
 */
public final class ChannelName {
    /** First path segments that are or may become addresses of the hub; compared without case. */
    public static final Set<String> RESERVED = Set.of(
            "api", "assets", "auth", "channels", "console", "documentation", "download", "edge", "events", "favicon",
            "health", "livez", "login", "logout", "mcp", "metrics", "new", "oauth", "observe", "openapi",
            "operations", "q", "readyz", "replay", "robots", "static", "stream", "tokens", "v1", "v2", "version",
            "webhook", "webhooks", "well-known");

    private static final int LONGEST = 128;
    private static final int RANDOM_BYTES = 12;
    private static final SecureRandom RANDOM = new SecureRandom();

    private ChannelName() {
    }

    /** Whether the text has the form of a channel name; reserved words do too. */
    public static boolean isWellFormed(String text) {
        if (text == null || text.isEmpty() || text.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean allowed = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
                    || c == '-' || c == '_';
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    /** A name nobody can guess: 16 characters, 96 random bits, as smee.io makes them. */
    public static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
