package io.waystation.http;

import io.netty.channel.Channel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** A stream of an HTTP/2 connection: frames are written as data, without the chunk around them. */
final class Http2Stream extends OpenStream {
    private static final long CANCEL = 0x8; // RFC 9113, section 7

    private long queued;
    private boolean full;
    private Runnable onWritable;

    Http2Stream(HttpServerRequest request, Channel channel, int highWaterMark, Listener listener) {
        super(request, channel, highWaterMark, listener);
    }

    @Override
    void sendHead() {
        boundKernelBuffer(); // of all streams of the connection together
        response.write(Buffer.buffer());
    }

    @Override
    public boolean isWritable() {
        full |= queued >= highWaterMark; // until half of it is sent: who only asks must not make the one who writes miss that
        return !full && !response.writeQueueFull();
    }

    @Override
    public long queuedBytes() {
        return queued;
    }

    @Override
    @SuppressWarnings("deprecation") // the only way to write shared bytes without copying them
    public void write(StreamFrame frame) {
        if (!isClosed()) {
            int length = frame.length();
            queued += length;
            response.write(Buffer.buffer(frame.payload())).onComplete(done -> sent(length));
        }
    }

    private void sent(int length) {
        queued -= length;
        if (full && queued <= highWaterMark / 2) { // our mark is no event of the connection's
            full = false;
            if (onWritable != null && !isClosed()) {
                onWritable.run();
            }
        }
    }

    @Override
    public void onWritable(Runnable action) {
        onWritable = action;
        super.onWritable(action);
    }

    @Override
    public void flush() {
        // Vert.x flushes HTTP/2 data by itself
    }

    @Override
    public void abort() {
        if (!isClosed()) {
            response.reset(CANCEL);
            close();
        }
    }
}
