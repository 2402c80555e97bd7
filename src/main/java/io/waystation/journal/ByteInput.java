package io.waystation.journal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link ByteOutput} wrote; throws an {@link IndexOutOfBoundsException} where it ends too soon. */
final class ByteInput {
    private final byte[] bytes;
    private int at;

    ByteInput(byte[] bytes) {
        this.bytes = bytes;
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = bytes[at++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IndexOutOfBoundsException("number longer than ten bytes");
    }

    long signed() {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    String text() {
        int length = length() - 1;
        if (length < 0) {
            return null;
        }
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    byte[] block() {
        int length = length();
        byte[] block = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return block;
    }

    int length() {
        long length = varint();
        if (length < 0 || length > bytes.length - at + 1L) {
            throw new IndexOutOfBoundsException("length " + length + " at " + at + " of " + bytes.length);
        }
        return (int) length;
    }
}
