package io.waystation.journal;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.event.PositionedEvent;
import org.apache.camel.Message;
import org.apache.camel.spi.Metadata;

/** Headers of the {@code journal:} component, and how an event fills a message. */
public final class JournalHeaders {
    /** Position of the event. */
    @Metadata(description = "Position of the event in the log.", javaType = "io.waystation.event.Position")
    public static final String POSITION = EventHeaders.POSITION;

    /** Whether the append found the delivery in the log. */
    @Metadata(label = "producer", description = "Whether the log held this delivery already; the position is then the first "
                                                + "event's.", javaType = "Boolean")
    public static final String DUPLICATE = EventHeaders.DUPLICATE;

    /** Id of the event. */
    @Metadata(label = "consumer", description = "Unique id of the event.", javaType = "String")
    public static final String ID = EventHeaders.ID;

    /** Source of the event. */
    @Metadata(label = "consumer", description = "CloudEvents source of the event.", javaType = "String")
    public static final String SOURCE = EventHeaders.SOURCE;

    /** Type of the event. */
    @Metadata(label = "consumer", description = "CloudEvents type of the event.", javaType = "String")
    public static final String TYPE = EventHeaders.TYPE;

    /** Subject of the event. */
    @Metadata(label = "consumer", description = "CloudEvents subject of the event, if it has one.", javaType = "String")
    public static final String SUBJECT = EventHeaders.SUBJECT;

    /** Time of the event. */
    @Metadata(label = "consumer", description = "When the hub accepted the event, as RFC 3339 text.", javaType = "String")
    public static final String TIME = EventHeaders.TIME;

    /** Channel of the event. */
    @Metadata(label = "consumer", description = "Channel of the event.", javaType = "String")
    public static final String CHANNEL = EventHeaders.CHANNEL;

    /** Key of the event. */
    @Metadata(label = "consumer", description = "Key that orders the event.", javaType = "String")
    public static final String KEY = EventHeaders.KEY;

    /** What verified the event. */
    @Metadata(label = "consumer", description = "What verified the event, as scheme:source, or none.", javaType = "String")
    public static final String VERIFIED = EventHeaders.VERIFIED;

    private JournalHeaders() {
    }

    static void fill(Message message, PositionedEvent record) {
        Event event = record.event();
        message.setBody(event.body());
        message.setHeader(POSITION, record.position());
        message.setHeader(ID, event.id());
        message.setHeader(SOURCE, event.source());
        message.setHeader(TYPE, event.type());
        if (event.subject() != null) {
            message.setHeader(SUBJECT, event.subject());
        }
        message.setHeader(TIME, event.time().toString());
        message.setHeader(CHANNEL, event.channel());
        message.setHeader(KEY, event.key());
        message.setHeader(VERIFIED, event.verified());
        message.getExchange().setProperty(EventHeaders.EVENT_PROPERTY, event);
    }
}
