package io.waystation.relay;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.waystation.event.Headers;

/**
 * smee's stream: header values, {@code body} as JSON, {@code query}, {@code timestamp}. The server has
 * parsed the body and written it again; what it wrote is passed on byte for byte.
 */
final class SmeeDecoder extends StreamDecoder {
    SmeeDecoder(String channel, Clock clock) {
        super(channel, clock);
    }

    @Override
    StreamItem read(JsonParser parser, byte[] data) throws IOException {
        List<Headers.Header> headers = new ArrayList<>();
        byte[] json = null;
        String text = null;
        String query = null;
        String timestamp = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "body" -> {
                    text = value == JsonToken.VALUE_STRING ? parser.getText() : null;
                    json = verbatim(parser, data);
                }
                case "query" -> query = query(parser);
                case "timestamp" -> timestamp = parser.getText();
                default -> {
                    if (value == JsonToken.VALUE_STRING) {
                        headers.add(new Headers.Header(field, parser.getText()));
                    } else {
                        parser.skipChildren();
                    }
                }
            }
        }
        if (json == null) {
            return headers.isEmpty() && timestamp == null
                    ? new StreamItem.Control() : new StreamItem.Unreadable("it has no body");
        }
        boolean declaredJson = headers.stream().anyMatch(header -> header.name().equals("content-type")
                && header.value().toLowerCase(Locale.ROOT).contains("json"));
        byte[] body = json;
        if (!declaredJson && text != null) {
            body = text.getBytes(StandardCharsets.UTF_8); // a text or form body is sent as a string
        } else if (!declaredJson) {
            headers.removeIf(header -> header.name().equals("content-type"));
            headers.add(new Headers.Header("content-type", "application/json"));
        }
        return new StreamItem.Received(
                WebhookAttributes.event(channel, Headers.of(headers), query, body, timestamp, clock, data));
    }

    /** {@code {"x":"1","y":["2","3"]}} as {@code x=1&y=2&y=3}; null when empty. */
    private static String query(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return null;
        }
        StringBuilder query = new StringBuilder();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (parser.nextToken() == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    parameter(query, name, parser);
                }
            } else {
                parameter(query, name, parser);
            }
        }
        return query.isEmpty() ? null : query.toString();
    }

    private static void parameter(StringBuilder query, String name, JsonParser parser) throws IOException {
        if (!parser.currentToken().isScalarValue()) {
            parser.skipChildren();
            return;
        }
        query.append(query.isEmpty() ? "" : "&").append(URLEncoder.encode(name, StandardCharsets.UTF_8))
                .append('=').append(URLEncoder.encode(parser.getText(), StandardCharsets.UTF_8));
    }
}
