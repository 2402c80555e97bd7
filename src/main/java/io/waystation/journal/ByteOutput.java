package io.waystation.journal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Growing buffer the writer thread encodes into, kept from batch to batch. */
final class ByteOutput {
    private static final int USUAL = 1 << 20;

    private byte[] bytes = new byte[1 << 16];
    private int size;

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    /** Empties the buffer; one that a large body has blown up is let go. */
    void reset() {
        size = 0;
        if (bytes.length > 4 * USUAL) {
            bytes = new byte[USUAL];
        }
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    void putVarint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Small numbers of either sign stay short. */
    void putSigned(long value) {
        putVarint(value << 1 ^ value >> 63);
    }

    /** Null is a length of its own. */
    void putText(String text) {
        if (text == null) {
            putVarint(0);
            return;
        }
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        putVarint(encoded.length + 1L);
        put(encoded);
    }

    void putBlock(byte[] block) {
        putVarint(block.length);
        put(block);
    }

    private void put(byte[] block) {
        room(block.length);
        System.arraycopy(block, 0, bytes, size, block.length);
        size += block.length;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), (int) Math.min(1L << 30, bytes.length * 2L)));
        }
    }
}
