package io.waystation.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * Parses {@code text/event-stream} bytes as they come, whatever the chunks they are cut into.
 *
 * <p>Works on bytes: the characters that have a meaning are ASCII, which never occur inside a UTF-8
 * sequence, so data reaches the listener unchanged. A message over the size limit is dispatched without
 * its data and marked, and parsing goes on behind it; otherwise one large message would be asked for, and
 * refused, for ever. Not thread-safe: one parser per connection.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation">HTML,
 *     9.2.6 Interpreting an event stream</a>
 */
public final class EventStreamParser {
    /** Largest message kept unless told otherwise: a webhook of 25 MiB in base64 with room for its headers. */
    public static final int DEFAULT_MAX_BYTES = 64 << 20;

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int LONGEST_RETRY_DIGITS = 15;
    private static final int KEPT_CAPACITY = 1 << 20;

    private final int maxBytes;
    private final Listener listener;

    private int bomMatched;
    private boolean bomPossible = true;
    private boolean afterCarriageReturn;
    private boolean lineTooLong;
    private final Bytes line = new Bytes();
    private final Bytes data = new Bytes();
    private boolean hasData;
    private boolean oversized;
    private String name = "";
    private String lastEventId = "";
    private String dispatchedId = "";

    /**
     * Parser of one connection.
     *
     * @param maxBytes most bytes of one message to keep
     * @param listener told of every message
     */
    public EventStreamParser(int maxBytes, Listener listener) {
        this.maxBytes = maxBytes;
        this.listener = listener;
    }

    /** Takes the next bytes of the stream; the listener runs before this returns. */
    public void feed(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (bomPossible) {
                matchBom(bytes.get());
            } else {
                scan(bytes);
            }
        }
    }

    /** The last event id as of the last blank line; an unfinished message at the end of a stream does not count. */
    public String lastEventId() {
        return dispatchedId;
    }

    private void matchBom(byte next) {
        if (next == BOM[bomMatched]) {
            bomMatched++;
            bomPossible = bomMatched < BOM.length;
            return;
        }
        bomPossible = false;
        if (bomMatched > 0) {
            append(BOM, 0, bomMatched);
        }
        scan(ByteBuffer.wrap(new byte[] {next}));
    }

    /** Consumes bytes to the end of the line or of the buffer. */
    private void scan(ByteBuffer bytes) {
        if (afterCarriageReturn) {
            afterCarriageReturn = false;
            if (bytes.get(bytes.position()) == '\n') {
                bytes.get();
                return;
            }
        }
        int start = bytes.position();
        int end = start;
        while (end < bytes.limit() && bytes.get(end) != '\n' && bytes.get(end) != '\r') {
            end++;
        }
        boolean complete = end < bytes.limit();
        if (complete && line.length == 0 && !lineTooLong && end - start <= maxBytes && bytes.hasArray()) {
            // the whole line is in this buffer: no copy
            endLine(bytes.array(), bytes.arrayOffset() + start, end - start);
        } else {
            append(bytes, start, end);
            if (complete) {
                endLine(line.array, 0, line.length);
            }
        }
        bytes.position(end);
        if (complete) {
            afterCarriageReturn = bytes.get() == '\r';
        }
    }

    private void append(byte[] source, int from, int length) {
        append(ByteBuffer.wrap(source), from, from + length);
    }

    private void append(ByteBuffer source, int from, int to) {
        boolean comment = line.length > 0 ? line.array[0] == ':' : to > from && source.get(from) == ':';
        if (comment) {
            // a comment needs no memory, only that the line is known to be one
            line.length = 0;
            line.add(ByteBuffer.wrap(new byte[] {':'}), 0, 1);
        } else if (lineTooLong || (long) line.length + (to - from) > maxBytes + (long) "data: ".length()) {
            lineTooLong = true;
        } else {
            line.add(source, from, to);
        }
    }

    private void endLine(byte[] source, int from, int length) {
        if (lineTooLong) {
            oversized = true;
            hasData = true;
        } else if (length == 0) {
            dispatch();
        } else if (source[from] != ':') {
            field(source, from, length);
        }
        lineTooLong = false;
        line.reset();
    }

    private void field(byte[] source, int from, int length) {
        int colon = 0;
        while (colon < length && source[from + colon] != ':') {
            colon++;
        }
        int value = Math.min(colon + 1, length);
        if (value < length && source[from + value] == ' ') {
            value++;
        }
        String field = colon > "event".length() ? "" : new String(source, from, colon, StandardCharsets.UTF_8);
        int at = from + value;
        int size = length - value;
        switch (field) {
            case "data" -> addData(source, at, size);
            case "event" -> name = new String(source, at, size, StandardCharsets.UTF_8);
            case "id" -> setId(source, at, size);
            case "retry" -> setRetry(source, at, size);
            default -> { } // the standard ignores unknown fields
        }
    }

    private void addData(byte[] source, int at, int size) {
        int separator = hasData ? 1 : 0;
        hasData = true;
        if (oversized || (long) data.length + separator + size > maxBytes) {
            oversized = true;
            data.reset();
            return;
        }
        if (separator == 1) {
            data.add(ByteBuffer.wrap(new byte[] {'\n'}), 0, 1);
        }
        data.add(ByteBuffer.wrap(source), at, at + size);
    }

    private void setId(byte[] source, int at, int size) {
        for (int i = at; i < at + size; i++) {
            if (source[i] == 0) {
                return;
            }
        }
        lastEventId = new String(source, at, size, StandardCharsets.UTF_8);
    }

    private void setRetry(byte[] source, int at, int size) {
        if (size == 0 || size > LONGEST_RETRY_DIGITS) {
            return;
        }
        long millis = 0;
        for (int i = at; i < at + size; i++) {
            if (source[i] < '0' || source[i] > '9') {
                return;
            }
            millis = millis * 10 + (source[i] - '0');
        }
        listener.retry(Duration.ofMillis(millis));
    }

    private void dispatch() {
        String event = name.isEmpty() ? StreamMessage.UNNAMED : name;
        name = "";
        boolean any = hasData;
        boolean lost = oversized;
        byte[] bytes = any && !lost ? data.take() : new byte[0];
        hasData = false;
        oversized = false;
        data.reset();
        dispatchedId = lastEventId;
        if (any) {
            listener.message(new StreamMessage(event, bytes, lastEventId, lost));
        }
    }

    /** Told what the stream says, on the thread that feeds the parser. */
    public interface Listener {
        /** A message was dispatched. */
        void message(StreamMessage message);

        /** The server asks to wait at least this long before a reconnect. */
        void retry(Duration delay);
    }

    /** A growing array that gives large memory back. */
    private static final class Bytes {
        private byte[] array = new byte[1024];
        private int length;

        void add(ByteBuffer source, int from, int to) {
            int wanted = length + (to - from);
            if (wanted > array.length) {
                array = Arrays.copyOf(array, (int) Math.max(wanted, Math.min(Integer.MAX_VALUE - 8L, array.length * 2L)));
            }
            source.get(from, array, length, to - from);
            length = wanted;
        }

        /** The content; not copied when it fills the array, as one large line does. */
        byte[] take() {
            byte[] content = length == array.length ? array : Arrays.copyOf(array, length);
            if (content == array) {
                array = new byte[1024];
            }
            return content;
        }

        void reset() {
            length = 0;
            if (array.length > KEPT_CAPACITY) {
                array = new byte[1024];
            }
        }
    }
}
