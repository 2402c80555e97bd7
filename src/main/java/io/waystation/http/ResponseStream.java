package io.waystation.http;

import java.util.Map;
import java.util.concurrent.Executor;

/**
 * A response that stays open and is written frame by frame, as Server-Sent Events need it.
 *
 * <p>The engine puts one on every exchange as the property {@link #PROPERTY}. A route step that calls
 * {@link #open} takes the response over: the engine then writes nothing when the route ends.
 *
 * <p>Threading: {@link #loop()} may be called anywhere; every other method only on that executor's
 * thread. Callbacks run there too.
 */
public interface ResponseStream {
    /** Exchange property that holds the stream. */
    String PROPERTY = "CamelWaystationResponseStream";

    /** The connection's event loop. */
    Executor loop();

    /**
     * Sends the head of the response and takes it over.
     *
     * @param status HTTP status
     * @param headers response headers; no length is sent, the body ends with the connection or stream
     * @return whether there is somebody to write to: not when the peer has left, nor when it asked for the head only
     */
    boolean open(int status, Map<String, String> headers);

    /** Whether fewer bytes than the configured high-water mark wait for the socket. */
    boolean isWritable();

    /** Bytes queued and not yet accepted by the socket. */
    long queuedBytes();

    /** Queues a frame without flushing it. A frame queued after the peer left is dropped. */
    void write(StreamFrame frame);

    /** Sends everything queued. */
    void flush();

    /** Sets what runs each time the stream becomes writable again. */
    void onWritable(Runnable action);

    /**
     * Keeps a request that gets no answer for now: like an open stream it is dropped when the hub stops, which waits for the answers
     * of others, and hears when its peer leaves.
     */
    void hold();

    /** Sets what runs once when the peer has left or the stream was aborted; runs at once if it already has. */
    void onClose(Runnable action);

    /** Drops the connection (HTTP/1.1) or resets the stream (HTTP/2) without a clean end of body. */
    void abort();
}
