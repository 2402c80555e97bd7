package io.waystation.relay;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.waystation.event.Headers;

/** gosmee's stream: one flat object of header values, the exact body as {@code bodyB} in base64. */
final class GosmeeDecoder extends StreamDecoder {
    GosmeeDecoder(String channel, Clock clock) {
        super(channel, clock);
    }

    @Override
    StreamItem read(JsonParser parser, byte[] data) throws IOException {
        List<Headers.Header> headers = new ArrayList<>();
        byte[] body = null;
        byte[] plainBody = null;
        String timestamp = null;
        boolean encrypted = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "bodyB" -> body = parser.getBinaryValue();
                case "body" -> plainBody = verbatim(parser, data);
                case "timestamp" -> timestamp = parser.getText();
                case "encrypted" -> encrypted = value == JsonToken.VALUE_TRUE;
                default -> {
                    if (value == JsonToken.VALUE_STRING) {
                        headers.add(new Headers.Header(field, parser.getText()));
                    } else {
                        parser.skipChildren();
                    }
                }
            }
        }
        if (encrypted) {
            return new StreamItem.Unreadable("it is encrypted for gosmee clients with a key");
        }
        if (body == null && plainBody == null) {
            // the opening frames {"message":"connected"}, {"message":"ready"} and {}
            boolean opening = headers.isEmpty() || headers.size() == 1 && headers.get(0).name().equals("message");
            return opening ? new StreamItem.Control() : new StreamItem.Unreadable("it has no body");
        }
        return new StreamItem.Received(WebhookAttributes.event(
                channel, Headers.of(headers), null, body != null ? body : plainBody, timestamp, clock, data));
    }
}
