package io.waystation.cli.client;

import java.util.List;
import java.util.Locale;
import java.util.Set;

import io.waystation.event.Event;
import io.waystation.event.Headers;

/** Which of an event's headers go on to a target: all but those of the connection they came over. */
final class ForwardedHeaders {
    /** Hop-by-hop headers (RFC 9110, 7.6.1), and those the sending client sets itself. */
    private static final Set<String> DROPPED = Set.of("connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
            "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect", "host", "content-length",
            "http2-settings", "idempotency-key");

    private ForwardedHeaders() {
    }

    /** Headers to send, every value, in the order received; malformed ones are left out. */
    static List<Headers.Header> of(Event event) {
        return event.headers().entries().stream()
                .filter(header -> !DROPPED.contains(header.name()) && !header.name().startsWith("camel"))
                .filter(header -> isToken(header.name()) && isFieldValue(header.value()))
                .toList();
    }

    /** The method when it is a plain word, else POST. */
    static String method(Event event) {
        String method = event.method().toUpperCase(Locale.ROOT);
        return method.matches("[A-Z]{1,20}") && !method.equals("CONNECT") ? method : "POST";
    }

    private static boolean isToken(String name) {
        return !name.isEmpty() && name.chars().allMatch(c -> c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
    }

    private static boolean isFieldValue(String value) {
        return value.chars().allMatch(c -> c >= ' ' && c != 0x7f && c <= 0xff || c == '\t');
    }
}
