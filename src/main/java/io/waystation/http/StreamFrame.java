package io.waystation.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Bytes encoded once and written to many streams: the payload framed as one HTTP/1.1 chunk, of which
 * HTTP/2 streams send the payload part.
 *
 * <p>Immutable and thread-safe. The memory is off the heap, unpooled and freed by the garbage collector.
 */
public final class StreamFrame {
    private static final byte[] CRLF = {'\r', '\n'};

    private final ByteBuf chunk;
    private final int payloadStart;
    private final int payloadLength;

    private StreamFrame(ByteBuf chunk, int payloadStart, int payloadLength) {
        this.chunk = chunk;
        this.payloadStart = payloadStart;
        this.payloadLength = payloadLength;
    }

    /**
     * Frames a payload.
     *
     * @param payload bytes of the frame, at least one; copied
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-7.1">RFC 9112, section 7.1, chunked transfer coding</a>
     */
    public static StreamFrame of(byte[] payload) {
        if (payload.length == 0) {
            throw new IllegalArgumentException("an empty chunk would end the response");
        }
        byte[] size = (Integer.toHexString(payload.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer memory = ByteBuffer.allocateDirect(size.length + payload.length + CRLF.length);
        memory.put(size).put(payload).put(CRLF).flip();
        return new StreamFrame(Unpooled.wrappedBuffer(memory), size.length, payload.length);
    }

    /** Length of the payload in bytes. */
    public int length() {
        return payloadLength;
    }

    /** The whole chunk, to be written below the HTTP encoder of an HTTP/1.1 connection. */
    ByteBuf chunk() {
        return Unpooled.unreleasableBuffer(chunk.duplicate());
    }

    /** The payload alone. */
    ByteBuf payload() {
        return Unpooled.unreleasableBuffer(chunk.slice(payloadStart, payloadLength));
    }
}
