package io.waystation.cli.client;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import org.apache.camel.Exchange;

/** The event an exchange carries. */
final class ClientEvent {
    private static final int LONGEST_SHOWN = 200;

    private ClientEvent() {
    }

    static Event of(Exchange exchange) {
        Event event = exchange.getProperty(EventHeaders.EVENT_PROPERTY, Event.class);
        if (event == null) {
            throw new IllegalStateException("this step needs an event; put it behind 'from: sse:...'");
        }
        return event;
    }

    /** Type and id of an event for the log, on one line and never endless. */
    static String shown(Event event) {
        return printable(cut(event.type())) + " " + printable(cut(event.id()));
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST_SHOWN));
    }

    /** A text that a foreign server may have made of anything, for a header or the log: no white space, no control characters. */
    static String printable(String text) {
        return text.replaceAll("[^!-~]", "_");
    }
}
