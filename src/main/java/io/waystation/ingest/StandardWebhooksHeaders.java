package io.waystation.ingest;

import java.util.Optional;

import io.waystation.event.Headers;

/**
 * The headers of Standard Webhooks, which Svix sends under names of its own.
 *
 * <p>A signature covers the id of its own set of headers only. Whoever reads an id must therefore choose the set as the
 * scheme does, or somebody could make a repeated request a new event with an id beside the signed one.
 */
final class StandardWebhooksHeaders {
    private static final String STANDARD = "webhook-";
    private static final String SVIX = "svix-";

    private StandardWebhooksHeaders() {
    }

    /** What the names of the headers start with that the signature is over, or would be if there was one. */
    static String prefix(Headers headers) {
        return isSigned(headers, STANDARD) || !isSigned(headers, SVIX) ? STANDARD : SVIX;
    }

    /** Id of the webhook: the signed one, or of a request without any signature the one that is there. */
    static Optional<String> id(Headers headers) {
        Optional<String> id = headers.first(prefix(headers) + "id");
        return isSigned(headers, STANDARD) || isSigned(headers, SVIX) ? id : id.or(() -> headers.first(SVIX + "id"));
    }

    private static boolean isSigned(Headers headers, String prefix) {
        return headers.first(prefix + "signature").isPresent();
    }
}
