package io.waystation.relay;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds JSON text in UTF-8 on one line: no character of a value ever ends the line. Or only counts how long it would be.
 *
 * <p>Not thread-safe.
 */
final class JsonLine {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** Characters that text in UTF-8 is decoded into at once. */
    private static final int PIECE = 4096;

    private final Escapes escapes;
    private final boolean counts;
    private byte[] bytes;
    private long length;

    JsonLine(Escapes escapes, int expectedLength) {
        this(escapes, new byte[Math.max(64, expectedLength)], false);
    }

    private JsonLine(Escapes escapes, byte[] bytes, boolean counts) {
        this.escapes = escapes;
        this.bytes = bytes;
        this.counts = counts;
    }

    /** A line that keeps nothing and has a length only. */
    static JsonLine counting(Escapes escapes) {
        return new JsonLine(escapes, new byte[0], true);
    }

    /** Bytes so far. */
    long length() {
        return length;
    }

    /** Appends text as it is; the caller answers for its shape. */
    JsonLine raw(String ascii) {
        byte[] added = ascii.getBytes(StandardCharsets.UTF_8);
        return raw(added);
    }

    /** Appends bytes as they are. */
    JsonLine raw(byte[] added) {
        return raw(added, 0, added.length);
    }

    private JsonLine raw(byte[] added, int from, int to) {
        ensure(to - from);
        if (!counts) {
            System.arraycopy(added, from, bytes, (int) length, to - from);
        }
        length += to - from;
        return this;
    }

    /** Appends text in UTF-8 as it is, but for bytes that are none; the caller answers for its shape. */
    JsonLine rawText(byte[] utf8, int from, int to) {
        for (int i = from; i < to; i++) {
            if (utf8[i] < 0) {
                return decode(utf8, from, to, (text, length) -> put(text, length, false));
            }
        }
        return raw(utf8, from, to);
    }

    /** Appends a quoted string of text in UTF-8, which never is in memory a second time. */
    JsonLine string(byte[] utf8, int from, int to) {
        put('"');
        decode(utf8, from, to, (text, length) -> put(text, length, true));
        return put('"');
    }

    private interface Pieces {
        void take(char[] text, int length);
    }

    /** Decodes as {@code String} does. A piece never ends within a character. */
    private JsonLine decode(byte[] utf8, int from, int to, Pieces pieces) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE);
        ByteBuffer in = ByteBuffer.wrap(utf8, from, to - from);
        CharBuffer out = CharBuffer.allocate(Math.min(PIECE, to - from + 1));
        boolean more = true;
        while (more) {
            more = decoder.decode(in, out, true).isOverflow();
            pieces.take(out.array(), out.position());
            out.clear();
        }
        return this;
    }

    /** Appends a quoted string. */
    JsonLine string(String value) {
        put('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (escapes == Escapes.GO_QUIET && isQuietWord(value, i)) {
                unicodeEscape(c);
            } else if (c < 0x80) {
                ascii(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                fourBytes(Character.toCodePoint(c, value.charAt(++i)));
            } else {
                beyondAscii(c);
            }
        }
        return put('"');
    }

    private void put(char[] text, int end, boolean escaped) {
        for (int i = 0; i < end; i++) {
            char c = text[i];
            if (c < 0x80 && escaped) {
                ascii(c);
            } else if (c < 0x80) {
                put(c);
            } else if (Character.isHighSurrogate(c)) { // decoded text has both halves
                fourBytes(Character.toCodePoint(c, text[++i]));
            } else {
                beyondAscii(c);
            }
        }
    }

    /** Appends a quoted string of Base64 text. */
    JsonLine base64(byte[] encoded) {
        put('"');
        ensure(encoded.length + 64);
        for (int i = 0; i < encoded.length; i++) {
            if (escapes == Escapes.GO_QUIET && isReady(encoded, i)) {
                unicodeEscape((char) encoded[i]);
            } else {
                put((char) encoded[i]);
            }
        }
        return put('"');
    }

    byte[] toBytes() {
        return bytes.length == length ? bytes : Arrays.copyOf(bytes, (int) length);
    }

    private void ascii(char c) {
        switch (c) {
            case '"' -> put('\\').put('"');
            case '\\' -> put('\\').put('\\');
            case '\n' -> put('\\').put('n');
            case '\r' -> put('\\').put('r');
            case '\t' -> put('\\').put('t');
            case '\b' -> put('\\').put('b');
            case '\f' -> put('\\').put('f');
            case '<', '>', '&' -> {
                if (escapes == Escapes.JAVASCRIPT) {
                    put(c);
                } else {
                    unicodeEscape(c);
                }
            }
            default -> {
                if (c < 0x20) {
                    unicodeEscape(c);
                } else {
                    put(c);
                }
            }
        }
    }

    private void beyondAscii(char c) {
        if (Character.isSurrogate(c)) { // half a character has no UTF-8 form
            if (escapes == Escapes.JAVASCRIPT) {
                unicodeEscape(c);
            } else {
                unicodeEscape('\ufffd');
            }
        } else if (escapes != Escapes.JAVASCRIPT && (c == '\u2028' || c == '\u2029')) {
            unicodeEscape(c);
        } else if (c < 0x800) {
            put((char) (0xC0 | c >> 6)).put((char) (0x80 | c & 0x3F));
        } else {
            put((char) (0xE0 | c >> 12)).put((char) (0x80 | c >> 6 & 0x3F)).put((char) (0x80 | c & 0x3F));
        }
    }

    private void fourBytes(int point) {
        put((char) (0xF0 | point >> 18)).put((char) (0x80 | point >> 12 & 0x3F));
        put((char) (0x80 | point >> 6 & 0x3F)).put((char) (0x80 | point & 0x3F));
    }

    private void unicodeEscape(char c) {
        put('\\').put('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
            put((char) HEX[c >> shift & 0xF]);
        }
    }

    private JsonLine put(char octet) {
        if (!counts) {
            ensure(1);
            bytes[(int) length] = (byte) octet;
        }
        length++;
        return this;
    }

    private void ensure(int more) {
        if (!counts && bytes.length - length < more) {
            int wanted = Math.toIntExact(length + more);
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(wanted, bytes.length * 2L)));
        }
    }

    private static boolean isQuietWord(String value, int at) {
        char first = value.charAt(at);
        return (first == 'r' || first == 'R') && value.regionMatches(true, at, "ready", 0, 5)
                || at == 0 && first == 'c' && value.equals("connected");
    }

    private static boolean isReady(byte[] text, int at) {
        return (text[at] | 0x20) == 'r' && at + 4 < text.length && (text[at + 1] | 0x20) == 'e'
                && (text[at + 2] | 0x20) == 'a' && (text[at + 3] | 0x20) == 'd' && (text[at + 4] | 0x20) == 'y';
    }

    /** Which characters are written as escapes, beyond those JSON asks for. */
    enum Escapes {
        /** As JavaScript's {@code JSON.stringify}. */
        JAVASCRIPT,

        /**
         * As Go's {@code json.Marshal}; also breaks up the word "ready" and the value "connected" by escaping their
         * first letter. gosmee up to 0.31 drops every event whose text contains "ready", in Base64 too; the
         * escape means the same to every JSON reader.
         */
        GO_QUIET
    }
}
