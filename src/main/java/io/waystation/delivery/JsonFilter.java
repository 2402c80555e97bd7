package io.waystation.delivery;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

/**
 * A condition on the JSON of an event's body, itself written in JSON.
 *
 * <p>An object names fields and what they must be: a value they equal, a nested object, or operators: {@code $eq},
 * {@code $neq}, {@code $gt}, {@code $gte}, {@code $lt}, {@code $lte}, {@code $in}, {@code $nin}, {@code $exist},
 * {@code $startsWith}, {@code $endsWith}; {@code $or} and {@code $and} take lists of conditions, {@code $not} takes one.
 * A field that is a list fits when one of its elements does. Immutable and thread-safe.
 */
final class JsonFilter {
    private static final int DEEPEST = 16;

    private final Predicate<JsonNode> condition;

    private JsonFilter(Predicate<JsonNode> condition) {
        this.condition = condition;
    }

    /**
     * Reads a condition.
     *
     * @throws IllegalArgumentException that says what is wrong with it
     */
    static JsonFilter of(JsonNode filter) {
        if (!filter.isObject()) {
            throw new IllegalArgumentException("a filter is a JSON object");
        }
        return new JsonFilter(fields(filter, 1));
    }

    /** Whether a body fits; what is no JSON is like an empty object. */
    boolean accepts(JsonNode body) {
        return condition.test(body);
    }

    private static Predicate<JsonNode> fields(JsonNode filter, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("a filter is nested at most " + DEEPEST + " deep");
        }
        List<Predicate<JsonNode>> all = new ArrayList<>();
        Iterator<Map.Entry<String, JsonNode>> fields = filter.fields();
        while (fields.hasNext()) {
            Map.Entry<String, JsonNode> field = fields.next();
            all.add(field.getKey().startsWith("$") ? operator(field.getKey(), field.getValue(), depth)
                    : below(field.getKey(), value(field.getValue(), depth + 1)));
        }
        return node -> all.stream().allMatch(each -> each.test(node));
    }

    private static Predicate<JsonNode> below(String name, Predicate<JsonNode> of) {
        return node -> of.test(node.isObject() ? node.path(name) : MissingNode.getInstance());
    }

    private static Predicate<JsonNode> value(JsonNode wanted, int depth) {
        if (wanted.isObject()) {
            return fields(wanted, depth);
        }
        if (wanted.isArray()) {
            throw new IllegalArgumentException("a filter compares with a value or an operator, not with a list; use $in");
        }
        return anyElement(node -> same(node, wanted));
    }

    private static Predicate<JsonNode> operator(String name, JsonNode wanted, int depth) {
        return switch (name) {
            case "$or" -> anyOf(conditions(name, wanted, depth));
            case "$and" -> allOf(conditions(name, wanted, depth));
            case "$not" -> value(wanted, depth + 1).negate();
            case "$eq" -> anyElement(node -> same(node, wanted));
            case "$neq" -> anyElement(node -> same(node, wanted)).negate();
            case "$in" -> anyElement(in(name, wanted));
            case "$nin" -> anyElement(in(name, wanted)).negate();
            case "$gt" -> compared(name, wanted, sign -> sign > 0);
            case "$gte" -> compared(name, wanted, sign -> sign >= 0);
            case "$lt" -> compared(name, wanted, sign -> sign < 0);
            case "$lte" -> compared(name, wanted, sign -> sign <= 0);
            case "$exist" -> node -> node.isMissingNode() != wanted.asBoolean();
            case "$startsWith" -> anyElement(node -> node.isTextual() && node.asText().startsWith(wanted.asText()));
            case "$endsWith" -> anyElement(node -> node.isTextual() && node.asText().endsWith(wanted.asText()));
            default -> throw new IllegalArgumentException("a filter has no operator '" + name + "'");
        };
    }

    private static List<Predicate<JsonNode>> conditions(String name, JsonNode list, int depth) {
        if (!list.isArray() || list.isEmpty()) {
            throw new IllegalArgumentException(name + " takes a list of conditions");
        }
        List<Predicate<JsonNode>> conditions = new ArrayList<>();
        list.forEach(each -> conditions.add(value(each, depth + 1)));
        return conditions;
    }

    private static Predicate<JsonNode> anyOf(List<Predicate<JsonNode>> conditions) {
        return node -> conditions.stream().anyMatch(each -> each.test(node));
    }

    private static Predicate<JsonNode> allOf(List<Predicate<JsonNode>> conditions) {
        return node -> conditions.stream().allMatch(each -> each.test(node));
    }

    private static Predicate<JsonNode> in(String name, JsonNode list) {
        if (!list.isArray()) {
            throw new IllegalArgumentException(name + " takes a list of values");
        }
        return node -> {
            for (JsonNode each : list) {
                if (same(node, each)) {
                    return true;
                }
            }
            return false;
        };
    }

    private static Predicate<JsonNode> compared(String name, JsonNode wanted, Predicate<Integer> sign) {
        if (wanted.isNumber()) {
            return anyElement(node -> node.isNumber() && sign.test(node.decimalValue().compareTo(wanted.decimalValue())));
        }
        if (wanted.isTextual()) {
            return anyElement(node -> node.isTextual() && sign.test(node.asText().compareTo(wanted.asText())));
        }
        throw new IllegalArgumentException(name + " compares with a number or a text");
    }

    private static Predicate<JsonNode> anyElement(Predicate<JsonNode> test) {
        return node -> {
            if (!node.isArray()) {
                return test.test(node);
            }
            for (JsonNode element : node) {
                if (test.test(element)) {
                    return true;
                }
            }
            return false;
        };
    }

    private static boolean same(JsonNode one, JsonNode other) {
        return one.isNumber() && other.isNumber() ? one.decimalValue().compareTo(other.decimalValue()) == 0 : one.equals(other);
    }
}
