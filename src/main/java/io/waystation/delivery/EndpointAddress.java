package io.waystation.delivery;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;

import io.netty.util.NetUtil;
import io.waystation.http.ProblemException;

/**
 * Address of an endpoint: an {@code https} URL, or {@code http} where the hub allows it, in a form that cannot be read
 * in two ways.
 *
 * @param secure whether it is {@code https}
 * @param host name or address literal, lower case, without brackets
 * @param port port, 1 to 65,535
 * @param target path and query as they are sent
 */
public record EndpointAddress(boolean secure, String host, int port, String target) {
    /** Of endpoints that are never sent anything; a name that nobody may have (RFC 6761, section 6.4). */
    public static final EndpointAddress NOWHERE = new EndpointAddress(true, "pull.invalid", 443, "/");

    private static final int LONGEST = 2_048;
    private static final String LABELS = "(?i)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*";

    /**
     * Reads a URL.
     *
     * @param insecure whether {@code http} will do
     * @throws ProblemException 400 {@code invalid-endpoint-url} that says what is wrong with it
     */
    public static EndpointAddress of(String url, boolean insecure) {
        URI uri = parse(url);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http") || uri.isOpaque()) {
            throw refused("it must start with https://");
        }
        if (scheme.equals("http") && !insecure) {
            throw refused("it must be https; http is for development (waystation.delivery.insecure)");
        }
        if (uri.getRawUserInfo() != null || uri.getRawAuthority() != null && uri.getRawAuthority().contains("@")) {
            throw refused("it must not hold a user or password; use headers");
        }
        if (uri.getRawFragment() != null) {
            throw refused("it must not have a fragment");
        }
        if (uri.getHost() == null) {
            throw refused("its host is missing or cannot be read; write international names in their xn-- form");
        }
        boolean secure = scheme.equals("https");
        int port = uri.getPort() < 0 ? (secure ? 443 : 80) : uri.getPort();
        if (port < 1 || port > 65_535) {
            throw refused("its port must be from 1 to 65535");
        }
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new EndpointAddress(secure, host(uri.getHost().toLowerCase(Locale.ROOT)), port,
                uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
    }

    private static URI parse(String url) {
        if (url.length() > LONGEST) {
            throw refused("it is longer than " + LONGEST + " characters");
        }
        try {
            return new URI(url);
        } catch (URISyntaxException malformed) {
            throw refused(malformed.getReason().toLowerCase(Locale.ROOT));
        }
    }

    private static String host(String host) {
        if (host.startsWith("[")) {
            String literal = host.substring(1, host.length() - 1);
            if (literal.indexOf('%') >= 0) {
                throw refused("its address must not name a zone");
            }
            return literal;
        }
        if (host.endsWith(".")) {
            throw refused("its host must not end with a dot");
        }
        String last = host.substring(host.lastIndexOf('.') + 1);
        // what ends in a number is an address to most resolvers, in octal and hexadecimal too (WHATWG URL, "ends in a number")
        if (last.matches("\\d+|0[xX][0-9a-fA-F]*") && !NetUtil.isValidIpV4Address(host)) {
            throw refused("its host is a number but no IPv4 address of four decimal parts");
        }
        if (!NetUtil.isValidIpV4Address(host) && !host.matches(LABELS)) {
            throw refused("its host is no name");
        }
        if (host.matches("(.*\\.)?0\\d+(\\..*)?") && NetUtil.isValidIpV4Address(host)) {
            throw refused("its host has a part with a leading zero, which some read as octal");
        }
        return host;
    }

    private static ProblemException refused(String problem) {
        return new ProblemException(400, "invalid-endpoint-url", "The URL of the endpoint cannot be used: " + problem + ".");
    }

    /** The address when the host is a literal. */
    Optional<InetAddress> literal() {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        if (bytes == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The URL, always written the same way. */
    public String url() {
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        boolean usual = port == (secure ? 443 : 80);
        return (secure ? "https://" : "http://") + shown + (usual ? "" : ":" + port) + target;
    }
}
