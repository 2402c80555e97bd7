package io.waystation.journal;

import io.waystation.event.Event;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;

/**
 * What the index keeps of an event: its attributes, not its body.
 *
 * @param position where the event stands in the log
 * @param id unique id
 * @param channel channel
 * @param source CloudEvents source
 * @param type CloudEvents type
 * @param subject subject, or null
 * @param key key that orders it
 * @param verified what verified it, or {@link Event#UNVERIFIED}
 * @param deliveryId the sender's id of the delivery, or null
 * @param replayOf id of the event this one repeats, or null
 * @param size bytes of the body
 */
public record IndexEntry(Position position, String id, String channel, String source, String type, String subject,
        String key, String verified, String deliveryId, String replayOf, long size) {

    static IndexEntry of(PositionedEvent record) {
        Event event = record.event();
        return new IndexEntry(record.position(), event.id(), event.channel(), event.source(), event.type(),
                event.subject(), event.key(), event.verified(), event.deliveryId(), event.replayOf(), event.body().length);
    }
}
