package io.waystation.http;

import java.util.Locale;
import java.util.Set;

import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Keeps names that steer Camel components, and names that belong to one connection only, from crossing
 * between HTTP and Camel messages.
 *
 * <p>Prefixes are compared without case and without separators, because components have been fooled by
 * {@code CAmelExec..}, {@code camel_exec..} and {@code camel-exec..} alike.
 */
final class StrictHeaderFilter implements HeaderFilterStrategy {
    private static final Set<String> CONNECTION_NAMES = Set.of("connection", "keep-alive", "proxy-connection",
            "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade",
            "http2-settings", "content-length", "host");
    /** Our own credentials: no route step may carry them to another system by accident. */
    private static final Set<String> CREDENTIAL_NAMES = Set.of("authorization", "cookie", "access_token");
    private static final String[] CONTROL_PREFIXES =
            {"camel", "orgapachecamel", "kafka", "github", "jms", "breadcrumbid", "exchangeid", "messageid"};

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return dropsFromRequest(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return dropsFromResponse(name);
    }

    /** Whether a request header or parameter stays out of the message. */
    static boolean dropsFromRequest(String lowerCaseName) {
        return CONNECTION_NAMES.contains(lowerCaseName) && !lowerCaseName.equals("host")
                && !lowerCaseName.equals("content-length")
                || CREDENTIAL_NAMES.contains(lowerCaseName) || isControl(lowerCaseName);
    }

    /** Whether a message header stays out of the response. */
    static boolean dropsFromResponse(String name) {
        return isControl(name) || CONNECTION_NAMES.contains(name.toLowerCase(Locale.ROOT));
    }

    private static boolean isControl(String name) {
        for (String prefix : CONTROL_PREFIXES) {
            if (startsWith(name, prefix)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the name's letters and digits start with the prefix, whatever lies between them. */
    private static boolean startsWith(String name, String prefix) {
        int matched = 0;
        for (int i = 0; i < name.length() && matched < prefix.length(); i++) {
            char c = name.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                c += 'a' - 'A';
            }
            if (c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
                if (c != prefix.charAt(matched++)) {
                    return false;
                }
            } else if (c > 0x7F) {
                return true; // not a header name at all
            }
        }
        return matched == prefix.length();
    }
}
