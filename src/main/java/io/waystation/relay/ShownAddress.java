package io.waystation.relay;

import java.net.URI;

/** An address as logs may show it: without user, password and query, which may hold secrets. */
public final class ShownAddress {
    private ShownAddress() {
    }

    /** Scheme, host, port when there is one, and path. */
    public static String of(URI address) {
        String port = address.getPort() < 0 ? "" : ":" + address.getPort();
        return address.getScheme() + "://" + address.getHost() + port + (address.getRawPath() == null ? "" : address.getRawPath());
    }
}
