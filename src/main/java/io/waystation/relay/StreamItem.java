package io.waystation.relay;

import io.waystation.event.Event;

/** What a message of a stream turned out to be. */
sealed interface StreamItem {
    /** An event. */
    record Received(Event event) implements StreamItem {
    }

    /** The server opened the stream, or shows that it is alive. */
    record Control() implements StreamItem {
    }

    /**
     * Events are gone for good.
     *
     * @param detail what the server says about it
     */
    record Gap(String detail) implements StreamItem {
    }

    /**
     * A message nobody can act on.
     *
     * @param reason what is wrong with it
     */
    record Unreadable(String reason) implements StreamItem {
    }
}
