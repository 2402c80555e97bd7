package io.waystation.relay;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;

import io.waystation.event.Event;
import io.waystation.event.Position;
import io.waystation.event.PositionedEvent;

/** An event as one JSON text, the data of our own stream: a CloudEvent with the request as it came. */
public final class EventJson {
    private static final String DATA = "\ndata: ";

    private EventJson() {
    }

    /** The event as JSON in UTF-8. */
    public static byte[] write(Event event) {
        byte[] frame = StreamEncodings.OWN.event(new PositionedEvent(Position.START, event));
        String text = new String(frame, StandardCharsets.UTF_8);
        return text.substring(text.indexOf(DATA) + DATA.length()).strip().getBytes(StandardCharsets.UTF_8);
    }

    /** The event of such a text, or empty when it is none. */
    public static Optional<Event> read(byte[] json) {
        StreamItem item = StreamDecoder.of(StreamDialect.WAYSTATION, "unknown", Clock.systemUTC())
                .decode(new StreamMessage(StreamMessage.UNNAMED, json, "", false));
        return item instanceof StreamItem.Received received ? Optional.of(received.event()) : Optional.empty();
    }
}
