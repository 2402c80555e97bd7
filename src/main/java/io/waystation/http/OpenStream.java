package io.waystation.http;

import java.util.Map;
import java.util.concurrent.Executor;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** What streams of every HTTP version share: the head, and the two callbacks. */
abstract sealed class OpenStream implements ResponseStream permits Http1Stream, Http2Stream {
    /** Is told when a stream begins and when it has ended. */
    interface Listener {
        void opened(OpenStream stream);

        void closed(OpenStream stream);
    }

    private static final int LEAST_IN_KERNEL = 32 << 10;

    final HttpServerResponse response;
    final Channel channel;
    final int highWaterMark;
    private final HttpMethod method;
    private final Listener listener;
    private volatile boolean opened;
    private boolean closed;
    private Runnable onClose;

    OpenStream(HttpServerRequest request, Channel channel, int highWaterMark, Listener listener) {
        this.response = request.response();
        this.method = request.method();
        this.channel = channel;
        this.highWaterMark = highWaterMark;
        this.listener = listener;
    }

    @Override
    public Executor loop() {
        return channel.eventLoop();
    }

    @Override
    public boolean open(int status, Map<String, String> headers) {
        if (opened) {
            throw new IllegalStateException("the stream is open already");
        }
        opened = true;
        hold();
        if (closed) {
            return false;
        }
        response.setStatusCode(status);
        headers.forEach(response::putHeader);
        if (method.equals(HttpMethod.HEAD)) {
            response.end();
            close();
        } else {
            sendHeadUnlessGone();
        }
        return !closed;
    }

    @Override
    public void hold() {
        listener.opened(this);
        if (response.closed()) {
            close();
        } else {
            response.closeHandler(gone -> close());
            response.exceptionHandler(failure -> close());
        }
    }

    private void sendHeadUnlessGone() {
        try {
            sendHead();
        } catch (ChannelException gone) { // its socket is closed, and nobody has been told yet
            close();
        }
    }

    abstract void sendHead();

    /** Linux lets the buffer of a socket whose client stalls grow to 4 MiB, and takes twice what is asked for here. */
    final void boundKernelBuffer() {
        channel.config().setOption(ChannelOption.SO_SNDBUF, Math.max(LEAST_IN_KERNEL, highWaterMark / 2));
    }

    /** Whether a route step has taken the response over. */
    boolean isOpened() {
        return opened;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void onWritable(Runnable action) {
        if (closed) {
            return; // the response of one that has left takes no handler
        }
        response.drainHandler(drained -> {
            if (!closed) {
                action.run();
            }
        });
    }

    @Override
    public void onClose(Runnable action) {
        onClose = action;
        if (closed) {
            action.run();
        }
    }

    final void close() {
        if (closed) {
            return;
        }
        closed = true;
        listener.closed(this);
        if (onClose != null) {
            onClose.run();
        }
    }
}
