package io.waystation.ingest;

import io.waystation.event.Headers;

/**
 * What classification found in a request. Every value is of bounded length and of an allow-list of
 * characters; what did not fit is null.
 *
 * @param type CloudEvents type, never null
 * @param source CloudEvents source, or null when the request names none; then the channel stands in
 * @param subject ref, tag or number, or null
 * @param deliveryId the provider's own id of this delivery, or null
 */
public record EventAttributes(String type, String source, String subject, String deliveryId) {
    /** What a webhook that came over another relay says of itself, read as if it had come in here. Proves nothing. */
    public static EventAttributes claimed(Headers headers, byte[] body) {
        return Provider.claimedBy(headers).classifier().classify(headers, body);
    }
}
