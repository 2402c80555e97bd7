package io.waystation.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.vertx.core.MultiMap;

/**
 * Where a request came from and how, as far as trusted proxies tell.
 *
 * @param address IP address of the client
 * @param scheme {@code http} or {@code https}
 * @param authority host and port the client asked for, or null
 */
record ClientAddress(String address, String scheme, String authority) {
    /**
     * Believes forwarding headers only from trusted addresses. {@code X-Forwarded-For} is read from the
     * right: each proxy appends whom it saw, so everything left of the first untrusted address is hearsay.
     */
    static ClientAddress of(
            String peer, String scheme, String authority, MultiMap headers, List<AddressRange> trusted) {
        if (trusted.isEmpty() || !AddressRange.anyContains(trusted, peer)) {
            return new ClientAddress(peer, scheme, authority);
        }
        String address = peer;
        List<String> hops = values(headers, "x-forwarded-for");
        int hop = hops.size() - 1;
        for (; hop >= 0; hop--) {
            String candidate = withoutPort(hops.get(hop));
            if (AddressRange.parse(candidate) == null) {
                break;
            }
            address = candidate;
            if (!AddressRange.anyContains(trusted, candidate)) {
                break;
            }
        }
        String protocol = last(headers, "x-forwarded-proto");
        String host = last(headers, "x-forwarded-host");
        return new ClientAddress(address,
                "http".equalsIgnoreCase(protocol) || "https".equalsIgnoreCase(protocol)
                        ? protocol.toLowerCase(Locale.ROOT) : scheme,
                host != null && isAuthority(host) ? host : authority);
    }

    private static String last(MultiMap headers, String name) {
        List<String> values = values(headers, name);
        return values.isEmpty() ? null : values.get(values.size() - 1);
    }

    private static List<String> values(MultiMap headers, String name) {
        List<String> values = new ArrayList<>();
        for (String line : headers.getAll(name)) {
            for (String value : line.split(",")) {
                if (!value.isBlank()) {
                    values.add(value.trim());
                }
            }
        }
        return values;
    }

    /** {@code 1.2.3.4:5} and {@code [::1]:5} without the port; a bare IPv6 address has none. */
    private static String withoutPort(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end < 0 ? text : text.substring(1, end);
        }
        int colon = text.indexOf(':');
        return colon >= 0 && colon == text.lastIndexOf(':') ? text.substring(0, colon) : text;
    }

    private static boolean isAuthority(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || ".-_:[]".indexOf(c) >= 0)) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
