package io.waystation.relay;

import io.waystation.event.Position;
import io.waystation.http.ResponseStream;

/**
 * A client's wish to follow a channel.
 *
 * @param channel the channel
 * @param encoding what its stream looks like
 * @param understandsGaps whether the client knows gap events
 * @param after position to start behind
 * @param resumed whether the client named that position in its {@code Last-Event-ID} header
 * @param skip offset of an event this client could not digest again and again, or 0
 * @param client who it is, to recognise it when it comes back
 * @param stream its connection
 * @param left to be run once the stream has ended, or was not opened; more often does nothing
 */
record Subscription(String channel, StreamEncoding encoding, boolean understandsGaps, Position after, boolean resumed,
        long skip, String client, ResponseStream stream, Runnable left) {
}
