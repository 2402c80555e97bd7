package io.waystation.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream on an HTTP/1 connection. Frames are chunks already and are written below the HTTP encoder, which
 * costs about a third less per frame; head and frames stay in order, since both are written on the event loop.
 */
final class Http1Stream extends OpenStream {
    private static final Logger LOG = LoggerFactory.getLogger(Http1Stream.class);

    private final boolean chunked;
    private ChannelHandlerContext encoder;

    Http1Stream(HttpServerRequest request, Channel channel, int highWaterMark, Listener listener) {
        super(request, channel, highWaterMark, listener);
        this.chunked = request.version() == HttpVersion.HTTP_1_1;
    }

    @Override
    void sendHead() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(highWaterMark / 2, highWaterMark));
        boundKernelBuffer();
        response.setChunked(chunked);
        response.write(Buffer.buffer()); // sends the head; the encoder writes no chunk for no bytes
        encoder = channel.pipeline().context("httpEncoder");
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public long queuedBytes() {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        return out == null ? 0 : out.totalPendingWriteBytes();
    }

    @Override
    public void write(StreamFrame frame) {
        if (!isClosed() && encoder != null && channel.isActive()) {
            encoder.write(chunked ? frame.chunk() : frame.payload(), encoder.voidPromise());
        }
    }

    @Override
    public void flush() {
        if (!isClosed() && encoder != null) {
            encoder.flush();
        }
    }

    @Override
    public void abort() {
        if (!isClosed()) {
            try {
                channel.config().setOption(ChannelOption.SO_LINGER, 0); // a reset, which no client takes for an end
            } catch (ChannelException gone) { // the client was quicker
                LOG.debug("The connection is closed already", gone);
            }
            channel.unsafe().close(channel.voidPromise());
            close();
        }
    }
}
