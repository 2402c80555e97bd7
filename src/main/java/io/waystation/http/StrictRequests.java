package io.waystation.http;

import java.util.Iterator;
import java.util.Map;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.impl.Http1xServerConnection;

/**
 * Makes every request on an HTTP/1 connection one that means the same to everybody, or malformed:
 * <ul>
 *   <li>of HTTP/1.0 or 1.1; a later minor version is taken for 1.1. Vert.x would answer others with 501, in the version asked for;
 *   <li>with a body whose length is known: any transfer coding but {@code chunked} is refused, as what it wraps would be lost, or
 *       taken for the next request;
 *   <li>for one host at most.
 * </ul>
 *
 * <p>What comes on the connection after one that was refused is dropped: it may be part of it. Used on the connection's event loop.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-2.5">RFC 9110, section 2.5</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-6.1">RFC 9112, sections 3.2 and 6.1</a>
 */
final class StrictRequests extends ChannelInboundHandlerAdapter {
    private static final int HOST = HttpHeaderNames.HOST.length();
    private static final int CODING = HttpHeaderNames.TRANSFER_ENCODING.length();
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

    private StrictRequests() {
    }

    /** Looks at the requests of this connection before Vert.x does. */
    static void watch(Http1xServerConnection connection) {
        ChannelHandlerContext vertx = connection.channelHandlerContext();
        vertx.pipeline().addBefore(vertx.name(), "strict-requests", new StrictRequests());
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
        Iterator<Map.Entry<CharSequence, CharSequence>> entries = headers.iteratorCharSequence();
        while (entries.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = entries.next();
            CharSequence name = header.getKey();
            if (name.length() == HOST && HttpHeaderNames.HOST.contentEqualsIgnoreCase(name)) {
                hosts++;
            } else if (name.length() == CODING && HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)) {
                codings += HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(AsciiString.trim(header.getValue())) ? 1 : MANY;
            }
        }
        if (codings > 1) {
            refuse(request, "unsupported-transfer-encoding", "The hub takes the transfer coding chunked, once, and no other.");
        }
        if (hosts > 1) {
            refuse(request, "malformed-request", "The request names more than one host.");
        }
    }

    private void refuse(HttpRequest request, String code, String detail) {
        refused = true;
        if (request.decoderResult().isSuccess()) {
            request.setDecoderResult(DecoderResult.failure(new RefusedException(code, detail)));
        }
    }
}
