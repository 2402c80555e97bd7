package io.waystation.relay;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One dispatched message of an event stream.
 *
 * @param name event name; {@code message} when the stream gave none
 * @param data bytes of the data lines joined by a line feed; empty when {@link #oversized()}; not to be changed
 * @param lastEventId last event id of the stream when the message was dispatched, empty when none was sent yet
 * @param oversized whether the message was larger than the parser may keep, so that its data is lost
 */
public record StreamMessage(String name, byte[] data, String lastEventId, boolean oversized) {
    /** Name of a message that the stream did not name. */
    public static final String UNNAMED = "message";

    /** The data as text; bytes that are not UTF-8 become U+FFFD, as the standard's decoder makes them. */
    public String text() {
        return new String(data, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StreamMessage that && name.equals(that.name) && Arrays.equals(data, that.data)
                && lastEventId.equals(that.lastEventId) && oversized == that.oversized;
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "StreamMessage[" + name + ", " + data.length + " bytes, id " + lastEventId + "]";
    }
}
