package io.waystation.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Looks into frames for tests of other rooms. */
public final class StreamFrames {
    private StreamFrames() {
    }

    /** Bytes of the payload. */
    public static byte[] payload(StreamFrame frame) {
        ByteBuf payload = frame.payload();
        return ByteBufUtil.getBytes(payload);
    }
}
