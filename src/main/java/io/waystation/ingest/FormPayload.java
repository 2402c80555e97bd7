package io.waystation.ingest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import io.waystation.event.Headers;

/** Finds fields in {@code application/x-www-form-urlencoded} bodies without touching the body itself. */
final class FormPayload {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final byte[] PAYLOAD = "payload=".getBytes(StandardCharsets.US_ASCII);

    private FormPayload() {
    }

    /** The decoded {@code payload} field of a form, else the body as it is. */
    static byte[] json(Headers headers, byte[] body) {
        if (!isForm(headers)) {
            return body;
        }
        byte[] payload = field(body, PAYLOAD);
        return payload == null ? body : payload;
    }

    /** Whether the body says it is a form. */
    static boolean isForm(Headers headers) {
        return headers.first("content-type").map(type -> type.regionMatches(true, 0, FORM, 0, FORM.length()))
                .orElse(false);
    }

    /** Decoded value of a short field, or null. */
    static String text(byte[] body, String name) {
        byte[] value = field(body, (name + "=").getBytes(StandardCharsets.US_ASCII));
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    private static byte[] field(byte[] body, byte[] start) {
        int from = 0;
        while (from < body.length) {
            int end = from;
            while (end < body.length && body[end] != '&') {
                end++;
            }
            if (startsWith(body, from, end, start)) {
                return decode(body, from + start.length, end);
            }
            from = end + 1;
        }
        return null;
    }

    private static boolean startsWith(byte[] body, int from, int end, byte[] start) {
        if (end - from < start.length) {
            return false;
        }
        for (int i = 0; i < start.length; i++) {
            if (body[from + i] != start[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] decode(byte[] body, int from, int end) {
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(end - from);
        for (int i = from; i < end; i++) {
            int high = body[i] == '%' && i + 2 < end ? Character.digit(body[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(body[i + 2], 16);
            if (low >= 0) {
                decoded.write(high << 4 | low);
                i += 2;
            } else {
                decoded.write(body[i] == '+' ? ' ' : body[i]);
            }
        }
        return decoded.toByteArray();
    }
}
