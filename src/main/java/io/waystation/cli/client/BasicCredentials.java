package io.waystation.cli.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** User and password in an address. Java's HTTP client sends none of them by itself, so they become a header. */
final class BasicCredentials {
    private static final String AUTHORIZATION = "Authorization";

    private BasicCredentials() {
    }

    /** The headers with those credentials; a header that names others wins. */
    static Map<String, String> with(Map<String, String> headers, URI address) {
        String user = address == null ? null : address.getUserInfo();
        if (user == null || headers.keySet().stream().anyMatch(AUTHORIZATION::equalsIgnoreCase)) {
            return headers;
        }
        byte[] credentials = (user.contains(":") ? user : user + ":").getBytes(StandardCharsets.UTF_8);
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(AUTHORIZATION, "Basic " + Base64.getEncoder().encodeToString(credentials));
        return all;
    }

    /** The address without them, for those who may log it. */
    static URI without(URI address) {
        return address.getRawUserInfo() == null ? address
                : URI.create(address.toString().replace("//" + address.getRawUserInfo() + "@", "//"));
    }
}
