package io.waystation.ingest;

/**
 * What classification found in a request. Every value is of bounded length and of an allow-list of
 * characters; what did not fit is null.
 *
 * @param type CloudEvents type, never null
 * @param source CloudEvents source, or null when the request names none; then the channel stands in
 * @param subject ref, tag or number, or null
 * @param deliveryId the provider's own id of this delivery, or null
 */
record EventAttributes(String type, String source, String subject, String deliveryId) {
}
