package io.waystation.relay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads query strings and form bodies into names and values, in order. A value stays where it is until it is asked for, so that a
 * long one is in memory once more at most.
 */
final class FormFields {
    private final byte[] form;
    private final Map<String, List<Span>> fields = new LinkedHashMap<>();

    private FormFields(byte[] form) {
        this.form = form;
    }

    /** A value that is percent-encoded still. */
    private record Span(int from, int to) {
    }

    /**
     * Values by name; text that is not percent-encoded correctly is kept as it is.
     *
     * @param form such as {@code a=1&b=2} in UTF-8
     */
    static FormFields parse(byte[] form) {
        FormFields read = new FormFields(form);
        int from = 0;
        while (from < form.length) {
            int end = find(form, '&', from, form.length);
            if (end > from) {
                int equals = find(form, '=', from, end);
                read.fields.computeIfAbsent(new String(decode(form, from, equals), StandardCharsets.UTF_8), name -> new ArrayList<>(1))
                        .add(new Span(Math.min(equals + 1, end), end));
            }
            from = end + 1;
        }
        return read;
    }

    /** How many fields a form has at most. */
    static int count(byte[] form) {
        int count = 1;
        for (byte each : form) {
            count += each == '&' ? 1 : 0;
        }
        return count;
    }

    /** Appends an object of them; a name that comes again has a list of its values. */
    void write(JsonLine line) {
        line.raw("{");
        boolean first = true;
        for (Map.Entry<String, List<Span>> field : fields.entrySet()) {
            line.raw(first ? "" : ",").string(field.getKey()).raw(":");
            List<Span> values = field.getValue();
            if (values.size() == 1) {
                write(line, values.get(0));
            } else {
                for (int i = 0; i < values.size(); i++) {
                    line.raw(i == 0 ? "[" : ",");
                    write(line, values.get(i));
                }
                line.raw("]");
            }
            first = false;
        }
        line.raw("}");
    }

    private void write(JsonLine line, Span value) {
        byte[] decoded = decode(form, value.from(), value.to());
        line.string(decoded, 0, decoded.length);
    }

    private static int find(byte[] form, char wanted, int from, int end) {
        int at = from;
        while (at < end && form[at] != wanted) {
            at++;
        }
        return at;
    }

    private static byte[] decode(byte[] form, int from, int to) {
        byte[] decoded = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            byte octet = form[i];
            if (octet == '+') {
                octet = ' ';
            } else if (octet == '%') {
                int high = i + 2 < to ? Character.digit(form[i + 1], 16) : -1;
                int low = high < 0 ? -1 : Character.digit(form[i + 2], 16);
                if (low < 0) {
                    return Arrays.copyOfRange(form, from, to);
                }
                octet = (byte) (high << 4 | low);
                i += 2;
            }
            decoded[length++] = octet;
        }
        return length == decoded.length ? decoded : Arrays.copyOf(decoded, length);
    }
}
