package io.waystation.relay;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;

/** Checks and shortens JSON without touching its values. */
final class JsonText {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(100_000)
                    .build())
            .build();

    private JsonText() {
    }

    /** Whether the text is exactly one JSON value (RFC 8259), nested at most a thousand deep. */
    static boolean isValid(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException notJson) {
            return false;
        }
    }

    /** Whether the text starts as an object or array does. */
    static boolean looksLikeContainer(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isSpace(c)) {
                return c == '{' || c == '[';
            }
        }
        return false;
    }

    /** Valid JSON without the white space between its tokens; everything else stays as written. */
    static String minify(String json) {
        StringBuilder shorter = new StringBuilder(json.length());
        boolean quoted = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (quoted && c == '\\') {
                shorter.append(c).append(json.charAt(++i));
            } else if (quoted || !isSpace(c)) {
                shorter.append(c);
                quoted ^= c == '"';
            }
        }
        return shorter.toString();
    }

    /** Text without the mark some senders put before JSON. */
    static String withoutByteOrderMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }
}
