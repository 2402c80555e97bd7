package io.waystation.delivery;

import java.time.Instant;

import io.waystation.event.Event;

/**
 * An event as endpoints get it, kept once for all its deliveries.
 *
 * @param id id of the event
 * @param channel its channel
 * @param source its CloudEvents source
 * @param type its CloudEvents type
 * @param subject its subject, or null
 * @param time when the hub accepted it
 * @param contentType content type of the body, or null
 * @param body the exact bytes, not copied
 */
public record DeliveryEvent(String id, String channel, String source, String type, String subject, Instant time,
        String contentType, byte[] body) {
    /** Exchange property that holds it while its delivery runs. */
    static final String PROPERTY = "CamelWaystationDeliveryEvent";

    static DeliveryEvent of(Event event) {
        return new DeliveryEvent(event.id(), event.channel(), event.source(), event.type(), event.subject(), event.time(),
                event.contentType().orElse(null), event.body());
    }
}
