package io.waystation.ingest;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;

/**
 * A few scalar fields of a JSON document, found while reading it once and no further than needed.
 *
 * <p>Immutable once read. Never throws: of a document that is odd, damaged or no JSON at all, it has the
 * fields found up to there. Of an array only the first element is looked at.
 */
final class JsonFields {
    /** Names of attackers must not fill the JVM's table of interned strings. */
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(500).maxStringLength(64 * 1024).build())
            .build();
    private static final int LONGEST_VALUE = 512;

    private final Map<String, String> values = new HashMap<>(8);
    private int missing;

    private JsonFields(int wanted) {
        this.missing = wanted;
    }

    /** Reads the wanted fields. */
    static JsonFields read(byte[] json, Wanted wanted) {
        JsonFields fields = new JsonFields(wanted.count);
        if (json.length > 0 && wanted.count > 0) {
            try (JsonParser parser = FACTORY.createParser(json)) {
                fields.value(parser, parser.nextToken(), wanted.root);
            } catch (IOException odd) {
                return fields; // kept as it is; what was found before the damage counts
            }
        }
        return fields;
    }

    private void value(JsonParser parser, JsonToken token, Wanted.Node node) throws IOException {
        if (token == JsonToken.START_OBJECT) {
            object(parser, node);
        } else if (token == JsonToken.START_ARRAY) {
            array(parser, node);
        } else if (token != null && node.path != null) {
            scalar(parser, token, node.path);
        }
    }

    private void object(JsonParser parser, Wanted.Node node) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Wanted.Node child = node.children.get(parser.currentName());
            JsonToken token = parser.nextToken();
            if (child == null) {
                parser.skipChildren();
                continue;
            }
            value(parser, token, child);
            if (missing == 0) {
                return;
            }
        }
    }

    private void array(JsonParser parser, Wanted.Node node) throws IOException {
        JsonToken token = parser.nextToken();
        if (token == JsonToken.END_ARRAY) {
            return;
        }
        if (token == JsonToken.START_ARRAY) {
            parser.skipChildren();
        } else {
            value(parser, token, node);
        }
        while (missing > 0 && (token = parser.nextToken()) != JsonToken.END_ARRAY && token != null) {
            parser.skipChildren();
        }
    }

    private void scalar(JsonParser parser, JsonToken token, String path) throws IOException {
        if (!values.containsKey(path)) {
            missing--;
            if (token != JsonToken.VALUE_NULL && parser.getTextLength() <= LONGEST_VALUE) {
                values.put(path, parser.getText());
            }
        }
    }

    /** Text of a field, or null. */
    String get(String path) {
        return values.get(path);
    }

    /** Text of the first of these fields that is there, or null. */
    String first(String... paths) {
        for (String path : paths) {
            String value = values.get(path);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** Paths to look for, such as {@code repository.full_name}. Immutable; build once. */
    static final class Wanted {
        private final Node root = new Node();
        private final int count;

        private Wanted(String... paths) {
            for (String path : paths) {
                Node node = root;
                for (String name : path.split("\\.")) {
                    node = node.children.computeIfAbsent(name, unused -> new Node());
                }
                node.path = path;
            }
            this.count = paths.length;
        }

        /** These paths. */
        static Wanted of(String... paths) {
            return new Wanted(paths);
        }

        private static final class Node {
            private final Map<String, Node> children = new HashMap<>();
            private String path;
        }
    }
}
