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

    /**
     * Valid JSON without the white space between its tokens; everything else stays as written.
     *
     * <p>It goes over strings, which most of a webhook is, in one step and copies stretches, not characters: a client that resumes
     * waits for this with every event.
     */
    static String minify(String json) {
        StringBuilder shorter = null;
        int copied = 0;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '"') {
                i = endOfString(json, i);
            } else if (isSpace(c)) {
                if (shorter == null) {
                    shorter = new StringBuilder(json.length());
                }
                shorter.append(json, copied, i);
                copied = i + 1;
            }
        }
        return shorter == null ? json : shorter.append(json, copied, json.length()).toString();
    }

    /** Where the string that starts at a quote ends: at the next one behind an even number of backslashes. */
    private static int endOfString(String json, int start) {
        int end = json.indexOf('"', start + 1);
        while (end > 0) {
            int before = end;
            while (json.charAt(before - 1) == '\\') {
                before--;
            }
            if ((end - before) % 2 == 0) {
                return end;
            }
            end = json.indexOf('"', end + 1);
        }
        return json.length();
    }

    /** Text without the mark some senders put before JSON. */
    static String withoutByteOrderMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }
}
