package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import io.waystation.event.EventHeaders;
import io.waystation.http.ProblemException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The headers of a delivery: the endpoint's own, then what the hub says, which nothing overrides. */
final class DeliveryRequest {
    static final String AGENT = "Waystation";
    private static final Set<String> RESERVED = Set.of("host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade",
            "te", "trailer", "expect", "content-type", "content-encoding", "stripe-signature");
    private static final List<String> RESERVED_STARTS = List.of("webhook-", "ce-", "x-hub-signature", "x-slack-", "x-webhook-", "proxy-");
    private static final Map<String, String> ATTRIBUTES = Map.of(EventHeaders.ID, "ce-id", EventHeaders.SOURCE, "ce-source",
            EventHeaders.TYPE, "ce-type", EventHeaders.SUBJECT, "ce-subject", EventHeaders.TIME, "ce-time");

    private DeliveryRequest() {
    }

    /**
     * Refuses headers an endpoint may not ask for.
     *
     * @throws ProblemException 400 {@code invalid-endpoint-header}
     */
    static void check(Map<String, String> headers) {
        headers.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}") || RESERVED.contains(lower)
                    || RESERVED_STARTS.stream().anyMatch(lower::startsWith)) {
                throw new ProblemException(400, "invalid-endpoint-header", "An endpoint cannot have the header '" + name + "'.");
            }
            if (value.length() > 4_096 || !value.chars().allMatch(c -> c >= ' ' && c < 127 || c == '\t')) {
                throw new ProblemException(400, "invalid-endpoint-header",
                        "The value of the header '" + name + "' is too long or not plain ASCII.");
            }
        });
    }

    /** Headers for one attempt. */
    static Map<String, String> headers(Message message, Endpoint endpoint, Instant at, byte[] body) {
        return headers(name -> message.getHeader(name, String.class), endpoint, at, body);
    }

    /** The same for a message of which these are the headers; a name that is not there has null. */
    static Map<String, String> headers(UnaryOperator<String> message, Endpoint endpoint, Instant at, byte[] body) {
        Map<String, String> headers = new LinkedHashMap<>(); // set one after the other, in any case: the later one wins
        headers.put("User-Agent", AGENT);
        headers.putAll(endpoint.headers());
        String contentType = message.apply(Exchange.CONTENT_TYPE);
        headers.put("Content-Type", contentType == null ? "application/octet-stream" : contentType);
        headers.put("ce-specversion", "1.0");
        ATTRIBUTES.forEach((attribute, name) -> {
            String value = message.apply(attribute);
            if (value != null) {
                headers.put(name, encoded(value));
            }
        });
        String id = DeliveryId.webhookId(message.apply(EventHeaders.ID));
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", Long.toString(at.getEpochSecond()));
        SignatureStyle.Signed signed = new SignatureStyle.Signed(id, at, body, endpoint.currentKeys(at),
                endpoint.terms().options().signer());
        endpoint.terms().styles().forEach(style -> style.sign(signed, headers));
        return headers;
    }

    /** Percent-encodes what the HTTP binding of CloudEvents wants encoded (section 3.1.3.2). */
    private static String encoded(String value) {
        StringBuilder text = null;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 127 || c == '"' || c == '%') {
                text = new StringBuilder(value.length() + 16);
                break;
            }
        }
        if (text == null) {
            return value;
        }
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b <= ' ' || b == 127 || b == '"' || b == '%') {
                text.append('%').append(String.format("%02X", b & 0xFF));
            } else {
                text.append((char) b);
            }
        }
        return text.toString();
    }
}
