package io.waystation.delivery;

import java.io.IOException;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.waystation.event.Event;

/** The body of an event as JSON, read when somebody asks first. */
final class ParsedOnce implements Supplier<JsonNode> {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Event event;
    private JsonNode body;

    ParsedOnce(Event event) {
        this.event = event;
    }

    @Override
    public JsonNode get() {
        if (body == null) {
            try {
                body = JSON.readTree(event.body());
            } catch (IOException noJson) {
                body = JsonNodeFactory.instance.objectNode();
            }
        }
        return body;
    }
}
