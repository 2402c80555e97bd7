package io.waystation.cli.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/** The query of a sender in a form that can stand in any address and, in single quotes, in any shell. */
public final class QueryText {
    private static final String KEPT = "-._~!$&()*+,;=:@/?";

    private QueryText() {
    }

    /** A target with the query of an event behind its own; a fragment, which is never sent, goes. */
    public static URI behind(URI target, String query) {
        String safe = safe(query);
        if (safe.isEmpty()) {
            return target;
        }
        String text = target.toString();
        int fragment = text.indexOf('#');
        String base = fragment < 0 ? text : text.substring(0, fragment);
        return URI.create(base + (target.getRawQuery() == null ? "?" : "&") + safe);
    }

    /** Percent-encodes what a query may not hold (RFC 3986, 3.4) and the single quote; empty when there is none. */
    static String safe(String query) {
        if (query == null) {
            return "";
        }
        StringBuilder safe = new StringBuilder(query.length());
        byte[] bytes = query.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            char c = (char) (bytes[i] & 0xff);
            boolean encoded = c == '%' && i + 2 < bytes.length && isHex(bytes[i + 1]) && isHex(bytes[i + 2]);
            if (encoded || c < 0x80 && (Character.isLetterOrDigit(c) || KEPT.indexOf(c) >= 0)) {
                safe.append(c);
            } else {
                safe.append(String.format("%%%02X", (int) c));
            }
        }
        return safe.toString();
    }

    private static boolean isHex(byte value) {
        return Character.digit((char) value, 16) >= 0;
    }
}
