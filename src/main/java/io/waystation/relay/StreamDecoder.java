package io.waystation.relay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.waystation.event.Event;
import io.waystation.event.Headers;

/**
 * Turns messages of one stream into events. Reads JSON token by token, because a message may hold 34 MiB
 * of base64; whatever it finds, it answers and never throws: a message that cannot be read must not stop
 * the ones behind it. Thread-safe.
 */
abstract sealed class StreamDecoder permits StreamDecoder.Own, GosmeeDecoder, SmeeDecoder {
    static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE).maxNumberLength(1 << 20).build())
            .build();

    final String channel;
    final Clock clock;

    StreamDecoder(String channel, Clock clock) {
        this.channel = channel;
        this.clock = clock;
    }

    static StreamDecoder of(StreamDialect dialect, String channel, Clock clock) {
        return switch (dialect) {
            case WAYSTATION -> new Own(channel, clock);
            case GOSMEE -> new GosmeeDecoder(channel, clock);
            case SMEE -> new SmeeDecoder(channel, clock);
        };
    }

    /** What a message is. */
    final StreamItem decode(StreamMessage message) {
        switch (message.name()) {
            case "ready", "ping", "connected" -> {
                return new StreamItem.Control();
            }
            case "gap", "gosmee-gap" -> {
                String detail = message.text();
                return new StreamItem.Gap(detail.substring(0, Math.min(detail.length(), 300)));
            }
            case StreamMessage.UNNAMED -> { }
            default -> {
                return new StreamItem.Unreadable("it has the unknown name '" + message.name() + "'");
            }
        }
        if (message.oversized()) {
            return new StreamItem.Unreadable("it is larger than this client takes");
        }
        try (JsonParser parser = JSON.createParser(message.data())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return new StreamItem.Unreadable("its data is not a JSON object");
            }
            return read(parser, message.data());
        } catch (IOException | RuntimeException unreadable) {
            return new StreamItem.Unreadable("its data cannot be read: " + firstLine(unreadable));
        }
    }

    /** Reads the object the parser stands in. */
    abstract StreamItem read(JsonParser parser, byte[] data) throws IOException;

    private static String firstLine(Exception problem) {
        String text = String.valueOf(problem.getMessage());
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    /** The value the parser stands on, byte for byte as it was sent; the parser stands on its last token then. */
    static byte[] verbatim(JsonParser parser, byte[] data) throws IOException {
        JsonToken token = parser.currentToken();
        int start = (int) parser.currentTokenLocation().getByteOffset();
        if (token.isScalarValue() && token != JsonToken.VALUE_STRING) {
            return parser.getText().getBytes(StandardCharsets.UTF_8);
        }
        if (token == JsonToken.VALUE_STRING) {
            parser.getTextLength(); // strings are read lazily: this reads to the closing quote
        } else {
            parser.skipChildren();
        }
        int end = (int) parser.currentLocation().getByteOffset();
        return java.util.Arrays.copyOfRange(data, start, end);
    }

    /** Our own stream: every attribute is given. */
    static final class Own extends StreamDecoder {
        Own(String channel, Clock clock) {
            super(channel, clock);
        }

        @Override
        StreamItem read(JsonParser parser, byte[] data) throws IOException {
            java.util.Map<String, String> texts = new java.util.HashMap<>();
            Headers headers = Headers.EMPTY;
            byte[] body = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "data_base64" -> body = parser.getBinaryValue();
                    case "headers" -> headers = headers(parser);
                    default -> {
                        if (value.isScalarValue()) {
                            texts.put(field, value == JsonToken.VALUE_NULL ? null : parser.getText());
                        } else {
                            parser.skipChildren();
                        }
                    }
                }
            }
            if (texts.get("id") == null || body == null) {
                return new StreamItem.Unreadable("it lacks 'id' or 'data_base64'");
            }
            String ownChannel = texts.getOrDefault("channel", channel);
            return new StreamItem.Received(new Event(texts.get("id"), ownChannel, texts.getOrDefault("source", "/" + ownChannel),
                    texts.getOrDefault("type", Event.UNKNOWN_TYPE), texts.get("subject"), time(texts.get("time")),
                    texts.getOrDefault("key", ownChannel), texts.getOrDefault("verified", Event.UNVERIFIED),
                    texts.get("deliveryid"), texts.get("replayof"), texts.getOrDefault("method", "POST"),
                    texts.getOrDefault("path", "/" + ownChannel), texts.get("query"), headers, body));
        }

        private Instant time(String text) {
            try {
                return text == null ? clock.instant() : Instant.parse(text);
            } catch (DateTimeParseException bad) {
                return clock.instant();
            }
        }

        private static Headers headers(JsonParser parser) throws IOException {
            List<Headers.Header> entries = new ArrayList<>();
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw new IOException("'headers' is not a list of pairs");
            }
            while (parser.nextToken() == JsonToken.START_ARRAY) {
                String name = parser.nextTextValue();
                String value = parser.nextTextValue();
                if (name == null || value == null || parser.nextToken() != JsonToken.END_ARRAY) {
                    throw new IOException("'headers' is not a list of pairs");
                }
                entries.add(new Headers.Header(name, value));
            }
            return Headers.of(entries);
        }
    }
}
