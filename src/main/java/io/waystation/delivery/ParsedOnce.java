package io.waystation.delivery;

import java.io.IOException;
import java.util.function.Supplier;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.waystation.event.Event;

/**
 * The body of an event as JSON, read when somebody asks first; an empty object where it is no JSON, or more of it than a tree of it
 * should take memory for: that is up to thirty times the text.
 */
final class ParsedOnce implements Supplier<JsonNode> {
    /** Names, values and brackets: far more than any event of GitHub's has. */
    private static final int MOST_TOKENS = 500_000;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxTokenCount(MOST_TOKENS).build())
            .build());

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
