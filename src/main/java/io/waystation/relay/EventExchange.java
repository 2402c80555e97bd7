package io.waystation.relay;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.event.Position;

/** Fills an exchange with an event: body bytes, attribute headers, and the event itself as a property. */
final class EventExchange {
    private EventExchange() {
    }

    static void fill(Exchange exchange, FollowedEvent followed) {
        Event event = followed.event();
        exchange.setProperty(EventHeaders.EVENT_PROPERTY, event);
        Message message = exchange.getMessage();
        message.setBody(event.body());
        message.setHeader(EventHeaders.ID, event.id());
        message.setHeader(EventHeaders.SOURCE, event.source());
        message.setHeader(EventHeaders.TYPE, event.type());
        message.setHeader(EventHeaders.TIME, event.time().toString());
        message.setHeader(EventHeaders.CHANNEL, event.channel());
        message.setHeader(EventHeaders.KEY, event.key());
        message.setHeader(EventHeaders.VERIFIED, event.verified());
        if (event.subject() != null) {
            message.setHeader(EventHeaders.SUBJECT, event.subject());
        }
        Position.parse(followed.streamId()).ifPresent(at -> message.setHeader(EventHeaders.POSITION, at));
    }
}
