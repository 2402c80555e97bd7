package io.waystation.http;

import java.util.Iterator;
import java.util.Map;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;

/**
 * Makes every request on an HTTP/1 connection one that means the same to everybody, or malformed:
 * <ul>
 *   <li>of HTTP/1.0 or 1.1; a later minor version is taken for 1.1. Vert.x would answer others with 501, in the version asked for;
 *   <li>with a body whose length is known in one way: any transfer coding but {@code chunked} is refused, as what it wraps would be
 *       lost, or taken for the next request, and so is a length beside {@code chunked};
 *   <li>for one host, which only HTTP/1.0 may leave out;
 *   <li>without a wish for HTTP/2, which is not heard: Vert.x would turn to it before the body has come, so that a sender who waits for
 *       {@code 100 Continue} waits for ever, and would drop our handlers. Clients that know that the hub speaks HTTP/2 begin with it.
 * </ul>
 *
 * <p>What comes on the connection after one that was refused is dropped: it may be part of it. A body that turns out to be malformed is
 * refused where it is read. Used on the connection's event loop.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-2.5">RFC 9110, sections 2.5 and 7.8</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-6.1">RFC 9112, sections 3.2 and 6.1</a>
 */
final class StrictRequests extends ChannelInboundHandlerAdapter {
    private static final String DECODER = "httpDecoder";
    private static final String HTTP2 = "h2c";
    private static final int HOST = HttpHeaderNames.HOST.length();
    private static final int CODING = HttpHeaderNames.TRANSFER_ENCODING.length();
    private static final int LENGTH = HttpHeaderNames.CONTENT_LENGTH.length();
    private static final int MANY = 2;

    private boolean refused;

    /** Why a request is taken for malformed. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String code;

        private RefusedException(String code, String detail) {
            super(detail, null, false, false);
            this.code = code;
        }

        /** Stable code. */
        String code() {
            return code;
        }
    }

    /** Decodes requests, and tells of a length beside {@code chunked}, which Netty drops. */
    private static final class Decoder extends VertxHttpRequestDecoder {
        Decoder(HttpServerOptions options) {
            super(options);
        }

        @Override
        protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
            // is seen, and refused, with the other headers
        }
    }

    /** Waits for the first bytes, since only then Vert.x has its decoder in place, or that of HTTP/2. */
    private static final class Beginning extends ChannelInboundHandlerAdapter {
        private final HttpServerOptions options;

        Beginning(HttpServerOptions options) {
            this.options = options;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            if (context.pipeline().get(DECODER) != null) {
                context.pipeline().replace(DECODER, DECODER, new Decoder(options));
                context.pipeline().addAfter(DECODER, "strict-requests", new StrictRequests());
            }
            context.fireChannelRead(bytes);
            context.pipeline().remove(this);
        }
    }

    private StrictRequests() {
    }

    /** Looks at the requests of a new connection before Vert.x does, whose own handlers are in place. */
    static void watch(Channel channel, HttpServerOptions options) {
        channel.pipeline().addLast(new Beginning(options));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (refused) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpRequest request) {
            checkVersion(request);
            checkHeaders(request);
            ignoreUpgrade(request.headers());
        } else if (message instanceof HttpContent content && !content.decoderResult().isSuccess()
                && Connection.of(context.channel()).refuseBodies(Problem.of(400, "malformed-request",
                        "The request's body is not in chunks as RFC 9112 has them. Nothing was kept."))) {
            refused = true;
            content.release();
            return;
        }
        context.fireChannelRead(message);
    }

    private void checkVersion(HttpRequest request) {
        HttpVersion version = request.protocolVersion();
        if (version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0) {
            return;
        }
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
        if (version.majorVersion() != 1 || version.minorVersion() < 2 || !version.protocolName().equals("HTTP")) {
            refuse(request, "unsupported-http-version", "The hub speaks HTTP/1.1, HTTP/1.0 and HTTP/2.");
        }
    }

    private void checkHeaders(HttpRequest request) {
        HttpHeaders headers = request.headers();
        int codings = 0;
        int hosts = 0;
        boolean hasLength = false;
        Iterator<Map.Entry<CharSequence, CharSequence>> entries = headers.iteratorCharSequence();
        while (entries.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = entries.next();
            CharSequence name = header.getKey();
            if (name.length() == HOST && HttpHeaderNames.HOST.contentEqualsIgnoreCase(name)) {
                hosts++;
            } else if (name.length() == CODING && HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)) {
                codings += HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(AsciiString.trim(header.getValue())) ? 1 : MANY;
            } else if (name.length() == LENGTH && HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)) {
                hasLength = true;
            }
        }
        if (codings > 1) {
            refuse(request, "unsupported-transfer-encoding", "The hub takes the transfer coding chunked, once, and no other.");
        }
        if (codings > 0 && hasLength) {
            refuse(request, "malformed-request", "The request has a length beside the transfer coding chunked; send one of them.");
        }
        if (hosts > 1 || hosts == 0 && request.protocolVersion() == HttpVersion.HTTP_1_1) {
            refuse(request, "malformed-request", hosts == 0
                    ? "The request names no host, which HTTP/1.1 asks for." : "The request names more than one host.");
        }
    }

    private static void ignoreUpgrade(HttpHeaders headers) {
        if (headers.contains(HttpHeaderNames.UPGRADE, HTTP2, true)) {
            headers.remove(HttpHeaderNames.UPGRADE);
        }
    }

    private void refuse(HttpRequest request, String code, String detail) {
        refused = true;
        if (request.decoderResult().isSuccess()) {
            request.setDecoderResult(DecoderResult.failure(new RefusedException(code, detail)));
        }
    }
}
