package io.waystation.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.StreamCache;

/**
 * What a route answers: status, the headers it set and the body as bytes, or as a {@link Path} of a file that is sent piece by
 * piece. Made on the thread on which the route ended, written on the event loop.
 */
final class Answer {
    private static final byte[] NOTHING = {};

    private final int status;
    private final List<Map.Entry<String, Object>> headers;
    private final byte[] body;
    private final Path file;

    private Answer(int status, List<Map.Entry<String, Object>> headers, byte[] body, Path file) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.file = file;
    }

    /** Whether making the answer of this exchange may block, as reading a stream does. */
    static boolean mayBlock(Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        return !(body == null || body instanceof byte[] || body instanceof String);
    }

    static Answer of(Exchange exchange, ReceivedHeaders received)
            throws NoTypeConversionAvailableException, IOException {
        Message message = exchange.getMessage();
        Path file = message.getBody() instanceof Path path ? path : null;
        byte[] body = file != null ? NOTHING : bytes(exchange, message.getBody());
        Integer set = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        int status = set != null ? set : file == null && body.length == 0 ? 204 : 200;
        List<Map.Entry<String, Object>> headers = new ArrayList<>(4);
        boolean typed = false;
        for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
            String name = header.getKey();
            Object value = header.getValue();
            if (value != null && !StrictHeaderFilter.dropsFromResponse(name) && !received.isUntouched(name, value)) {
                headers.add(Map.entry(name, value));
                typed |= name.equalsIgnoreCase(Exchange.CONTENT_TYPE);
            }
        }
        if (!typed && message.getBody() instanceof String) {
            headers.add(Map.entry(Exchange.CONTENT_TYPE, "text/plain; charset=utf-8"));
        }
        return new Answer(status, headers, body, file);
    }

    private static byte[] bytes(Exchange exchange, Object body)
            throws NoTypeConversionAvailableException, IOException {
        if (body == null) {
            return NOTHING;
        }
        if (body instanceof byte[] bytes) {
            return bytes;
        }
        if (body instanceof String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        if (body instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }
        if (body instanceof StreamCache cache) {
            cache.reset();
        }
        if (body instanceof InputStream stream) {
            try (stream) {
                return stream.readAllBytes();
            }
        }
        return exchange.getContext().getTypeConverter().mandatoryConvertTo(byte[].class, exchange, body);
    }

    int status() {
        return status;
    }

    @SuppressWarnings("deprecation") // wraps the bytes instead of copying them
    void writeTo(HttpServerResponse response, HttpMethod method) {
        response.setStatusCode(status);
        for (Map.Entry<String, Object> header : headers) {
            if (header.getValue() instanceof Iterable<?> values) {
                List<String> texts = new ArrayList<>();
                values.forEach(value -> texts.add(String.valueOf(value)));
                response.putHeader(header.getKey(), texts);
            } else {
                response.putHeader(header.getKey(), header.getValue().toString());
            }
        }
        if (status == 204 || status == 304 || status < 200) {
            response.end();
            return;
        }
        if (file != null && !method.equals(HttpMethod.HEAD)) {
            response.sendFile(file.toString()).onFailure(gone -> response.reset());
            return;
        }
        response.putHeader("Content-Length", Integer.toString(body.length));
        if (body.length == 0 || method.equals(HttpMethod.HEAD)) {
            response.end();
        } else {
            response.end(Buffer.buffer(Unpooled.wrappedBuffer(body)));
        }
    }
}
