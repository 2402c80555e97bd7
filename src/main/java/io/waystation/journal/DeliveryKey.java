package io.waystation.journal;

import java.util.Optional;

import io.waystation.event.Event;

/**
 * What makes a delivery the same as an earlier one.
 *
 * @param scope {@code source:<name>} of the source that verified it, else {@code channel:<name>}, so that
 *     nobody can take another's delivery ids
 * @param deliveryId the provider's id or the sender's {@code Idempotency-Key}
 */
public record DeliveryKey(String scope, String deliveryId) {
    /** Key of an event, or empty when the event is not checked for duplicates. */
    public static Optional<DeliveryKey> of(Event event) {
        if (event.deliveryId() == null) {
            return Optional.empty();
        }
        if (event.isVerified()) {
            int colon = event.verified().indexOf(':');
            return Optional.of(new DeliveryKey("source:" + event.verified().substring(colon + 1), event.deliveryId()));
        }
        return Optional.of(new DeliveryKey("channel:" + event.channel(), event.deliveryId()));
    }
}
