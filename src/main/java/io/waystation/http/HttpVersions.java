package io.waystation.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.impl.Http1xServerConnection;

/**
 * Makes every request on an HTTP/1 connection one of HTTP/1.0 or 1.1. A later minor version is taken for 1.1; any other version
 * is malformed. Vert.x would answer both with 501, in the version that was asked for.
 *
 * <p>Thread-safe: one for all connections.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-2.5">RFC 9110, section 2.5</a>
 */
@ChannelHandler.Sharable
final class HttpVersions extends ChannelInboundHandlerAdapter {
    private static final HttpVersions ONLY = new HttpVersions();

    /** The request's version is none that this server speaks. */
    static final class UnsupportedVersionException extends Exception {
        private static final long serialVersionUID = 1L;

        private UnsupportedVersionException() {
            super("the request is neither HTTP/1.0 nor HTTP/1.1", null, false, false);
        }
    }

    private HttpVersions() {
    }

    /** Looks at the requests of this connection before Vert.x does. */
    static void watch(Http1xServerConnection connection) {
        ChannelHandlerContext vertx = connection.channelHandlerContext();
        vertx.pipeline().addBefore(vertx.name(), "versions", ONLY);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            HttpVersion version = request.protocolVersion();
            if (version != HttpVersion.HTTP_1_1 && version != HttpVersion.HTTP_1_0) {
                adapt(request, version);
            }
        }
        context.fireChannelRead(message);
    }

    private static void adapt(HttpRequest request, HttpVersion version) {
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        boolean later = version.majorVersion() == 1 && version.minorVersion() > 1 && version.protocolName().equals("HTTP");
        if (!later && request.decoderResult().isSuccess()) {
            request.setDecoderResult(DecoderResult.failure(new UnsupportedVersionException()));
        }
    }
}
