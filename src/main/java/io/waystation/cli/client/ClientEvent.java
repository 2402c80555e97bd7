package io.waystation.cli.client;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import org.apache.camel.Exchange;

/** The event an exchange carries. */
final class ClientEvent {
    private ClientEvent() {
    }

    static Event of(Exchange exchange) {
        Event event = exchange.getProperty(EventHeaders.EVENT_PROPERTY, Event.class);
        if (event == null) {
            throw new IllegalStateException("this step needs an event; put it behind 'from: sse:...'");
        }
        return event;
    }
}
