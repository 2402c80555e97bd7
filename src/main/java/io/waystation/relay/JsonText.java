package io.waystation.relay;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;

/** Checks and shortens JSON without touching its values. */
final class JsonText {
    /** Keeps no table of names: a stranger can send millions of them. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(100_000)
                    .build())
            .build();

    private JsonText() {
    }

    /** Whether the text in UTF-8 from there on is exactly one JSON value (RFC 8259), nested at most a thousand deep. */
    static boolean isValid(byte[] text, int from) {
        Reader reader = new InputStreamReader(new ByteArrayInputStream(text, from, text.length - from), StandardCharsets.UTF_8);
        try (JsonParser parser = FACTORY.createParser(reader)) {
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
    static boolean looksLikeContainer(byte[] text, int from) {
        for (int i = from; i < text.length; i++) {
            if (!isSpace(text[i])) {
                return text[i] == '{' || text[i] == '[';
            }
        }
        return false;
    }

    /**
     * Writes valid JSON without the white space between its tokens; everything else stays as written.
     *
     * <p>It copies stretches, not characters: a client that resumes waits for this with every event.
     */
    static void minify(byte[] json, int from, JsonLine line) {
        int copied = from;
        for (int i = from; i < json.length; i++) {
            if (json[i] == '"') {
                i = endOfString(json, i);
            } else if (isSpace(json[i])) {
                line.rawText(json, copied, i);
                copied = i + 1;
            }
        }
        line.rawText(json, copied, json.length);
    }

    /** Where the string that starts at a quote ends. */
    private static int endOfString(byte[] json, int start) {
        int end = start + 1;
        while (end < json.length && json[end] != '"') {
            end += json[end] == '\\' ? 2 : 1;
        }
        return end;
    }

    /** Where text begins behind the mark some senders put before JSON. */
    static int behindByteOrderMark(byte[] text) {
        return text.length >= 3 && text[0] == (byte) 0xEF && text[1] == (byte) 0xBB && text[2] == (byte) 0xBF ? 3 : 0;
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }
}
