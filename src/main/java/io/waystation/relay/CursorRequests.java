package io.waystation.relay;

import java.io.IOException;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

import io.waystation.channel.ChannelPolicy;
import io.waystation.event.EventHistory;
import io.waystation.event.Position;
import io.waystation.http.HttpRequest;
import io.waystation.http.JsonBody;
import io.waystation.http.ProblemException;

/** Acknowledges named cursors: bean {@code cursors} of the routes. */
public final class CursorRequests {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ChannelReaders readers;
    private final Cursors cursors;
    private final EventHistory history;

    CursorRequests(ChannelReaders readers, Cursors cursors, EventHistory history) {
        this.readers = readers;
        this.cursors = cursors;
        this.history = history;
    }

    /** {@code POST /stream/{channel}/cursors/{name}} with {@code {"position": "..."}}. */
    public void acknowledge(Exchange exchange) throws IOException {
        Message message = exchange.getMessage();
        HttpRequest request = exchange.getProperty(HttpRequest.PROPERTY, HttpRequest.class);
        ChannelPolicy policy = readers.policy(message.getHeader("channel", String.class));
        readers.requireRead(request, policy);
        String name = Cursors.checkName(message.getHeader("name", String.class));
        Position position = position(message.getBody(byte[].class));
        Position now = cursors.acknowledge(policy, name, position);
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setBody(JSON.writeValueAsBytes(Map.of("cursor", name, "position", now.toString())));
    }

    private Position position(byte[] body) {
        Position position = JsonBody.read(body).flatMap(json -> Position.parse(json.path("position").asText()))
                .orElseThrow(CursorRequests::badPosition);
        if (position.compareTo(history.tail()) > 0) {
            throw new ProblemException(409, "position-beyond-log", "The log does not reach " + position + " yet.");
        }
        if (history.isForeign(position)) {
            throw new ProblemException(409, "position-of-another-log", "The event with the offset of " + position
                    + " came at another time, so the position is not of this log. Send the id of an event that this hub sent.");
        }
        return position;
    }

    private static ProblemException badPosition() {
        return new ProblemException(400, "invalid-position",
                "Send {\"position\": \"<millis>-<offset>\"} with the id of the last event you have dealt with.");
    }
}
