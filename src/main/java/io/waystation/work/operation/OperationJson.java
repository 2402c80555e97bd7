package io.waystation.work.operation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What operations are told with, as JSON on one line and of bounded size. */
final class OperationJson {
    /** Most bytes of attributes, of a result and of what one event adds. */
    static final int MOST_BYTES = 32 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter MILLIS = new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private OperationJson() {
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** A time as events and answers carry it: UTC with milliseconds, always. */
    static String time(Instant instant) {
        return MILLIS.format(instant);
    }

    /** What the store holds; null stays null. */
    static ObjectNode parse(String text) {
        if (text == null) {
            return null;
        }
        try {
            return (ObjectNode) JSON.readTree(text);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * What a route gives as data: a map, a JSON object, or text or bytes with one; anything else becomes {@code value}.
     * More than {@value #MOST_BYTES} bytes of it are replaced by a note that says so.
     */
    static ObjectNode bounded(Object data) {
        ObjectNode object = object(data);
        int size = object.toString().getBytes(StandardCharsets.UTF_8).length;
        return size <= MOST_BYTES ? object : object().put("truncated", true).put("bytes", size);
    }

    private static ObjectNode object(Object data) {
        if (data == null) {
            return object();
        }
        JsonNode node = data instanceof byte[] bytes ? read(new String(bytes, StandardCharsets.UTF_8))
                : data instanceof CharSequence text ? read(text.toString()) : JSON.valueToTree(data);
        return node instanceof ObjectNode object ? object : object().set("value", node);
    }

    private static JsonNode read(String text) {
        if (text.isBlank()) {
            return object();
        }
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException notJson) {
            return JSON.getNodeFactory().textNode(text);
        }
    }

    /** An object as a map without the fields that are null. */
    static Map<String, Object> map(ObjectNode object) {
        Map<String, Object> map = JSON.convertValue(object, new TypeReference<>() { });
        map.values().removeIf(Objects::isNull);
        return map;
    }

    /** Adds the fields that are not there yet. */
    static ObjectNode addMissing(ObjectNode target, ObjectNode more) {
        if (more != null) {
            more.fields().forEachRemaining(field -> {
                if (!target.has(field.getKey())) {
                    target.set(field.getKey(), field.getValue());
                }
            });
        }
        return target;
    }
}
