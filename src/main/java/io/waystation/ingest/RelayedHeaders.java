package io.waystation.ingest;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.waystation.event.ConnectionHeaders;
import io.waystation.event.CredentialHeaders;
import io.waystation.event.Headers;
import io.waystation.event.Headers.Header;

/**
 * Decides which request headers stay on an event.
 *
 * <p>Left out are those that belong to one connection, those that a Camel component might take for an order
 * (in any case of letters and with any separators: such names have run commands in other people's systems),
 * and, unless the channel asks for them, those that carry credentials. Signatures stay: a relayed webhook can
 * still be verified where it ends up.
 *
 * <p>Immutable and thread-safe.
 *
 * @see <a href="https://camel.apache.org/security/CVE-2025-27636.html">CVE-2025-27636</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1">RFC 9110, section 7.6.1, hop-by-hop headers</a>
 */
final class RelayedHeaders {
    private static final int LONGEST_NAME = 128;
    private static final int REMEMBERED_NAMES = 4_096;

    private final boolean keepCredentials;
    private final Set<String> moreCredentials;
    private final Map<String, Boolean> decided = new ConcurrentHashMap<>();

    /**
     * A policy.
     *
     * @param keepCredentials whether headers with credentials stay
     * @param moreCredentials further headers with credentials, in lower case
     */
    RelayedHeaders(boolean keepCredentials, Set<String> moreCredentials) {
        this.keepCredentials = keepCredentials;
        this.moreCredentials = Set.copyOf(moreCredentials);
    }

    /** The headers that stay, in their order. */
    Headers of(Headers received) {
        Set<String> named = namedByConnection(received);
        List<Header> kept = new ArrayList<>(received.entries().size());
        for (Header header : received.entries()) {
            if (stays(header.name()) && !named.contains(header.name()) && isPlain(header.value())) {
                kept.add(header);
            }
        }
        return Headers.of(kept);
    }

    private boolean stays(String name) {
        Boolean known = decided.get(name);
        if (known == null) {
            known = decide(name);
            if (decided.size() < REMEMBERED_NAMES) {
                decided.put(name, known);
            }
        }
        return known;
    }

    private boolean decide(String name) {
        if (name.length() > LONGEST_NAME || !isToken(name) || ConnectionHeaders.contains(name)
                || name.equals("host") || isCamelControl(name)) {
            return false;
        }
        return keepCredentials || !CredentialHeaders.contains(name) && !moreCredentials.contains(name);
    }

    /** Whether a Camel component might act on a header of this name, however it is spelt. */
    static boolean isCamelControl(String name) {
        StringBuilder letters = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            if (Character.isLetterOrDigit(name.charAt(i))) {
                letters.append(name.charAt(i));
            }
        }
        String word = letters.toString().toLowerCase(Locale.ROOT);
        return word.startsWith("camel") || word.startsWith("orgapachecamel") || word.startsWith("kafka")
                || word.startsWith("github");
    }

    private static Set<String> namedByConnection(Headers received) {
        Set<String> names = Set.of();
        for (Header header : received.entries()) {
            if (header.name().equals("connection")) {
                names = names.isEmpty() ? new HashSet<>() : names;
                for (String name : header.value().split(",")) {
                    names.add(name.trim().toLowerCase(Locale.ROOT));
                }
                names.remove("content-length");
                names.remove("content-type");
            }
        }
        return names;
    }

    private static boolean isToken(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean token = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
            if (!token) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }
}
