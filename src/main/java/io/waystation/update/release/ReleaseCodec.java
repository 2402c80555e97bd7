package io.waystation.update.release;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;

/**
 * The JSON of a manifest: the same manifest is always the same bytes. Thread-safe.
 *
 * <p>Fields that this hub does not know are passed over, so that a newer hub can say more; what must not be passed over makes
 * another {@link ReleaseManifest#SCHEMA}.
 */
public final class ReleaseCodec {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addSerializer(Duration.class, ToStringSerializer.instance)
                    .addDeserializer(Instant.class, new Scalar<>(Instant.class, Instant::parse))
                    .addDeserializer(Duration.class, new Scalar<>(Duration.class, Duration::parse))
                    .addDeserializer(String.class, new Scalar<>(String.class, Function.identity())))
            .build();

    private ReleaseCodec() {
    }

    /** Writes. */
    public static byte[] write(ReleaseManifest manifest) {
        try {
            return JSON.writeValueAsString(manifest).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException never) {
            throw new IllegalStateException(never);
        }
    }

    /**
     * Reads, and checks everything.
     *
     * @throws ReleaseException what is wrong
     */
    public static ReleaseManifest read(byte[] json) {
        if (json.length > Envelope.LARGEST) {
            throw new ReleaseException(Refusal.TOO_LARGE, "The release has " + json.length + " bytes; " + Envelope.LARGEST + " are allowed.");
        }
        JsonNode tree = tree(json);
        if (tree.path("schema").isTextual()) {
            ReleaseManifest.requireKnown(tree.path("schema").textValue()); // the rest of another schema means nothing here
        }
        try {
            return JSON.treeToValue(tree, ReleaseManifest.class);
        } catch (JsonMappingException wrong) {
            throw refusal(wrong, tree);
        } catch (JsonProcessingException noJson) {
            throw unreadable();
        }
    }

    private static JsonNode tree(byte[] json) {
        try {
            JsonNode tree = JSON.readTree(json);
            if (tree != null && tree.isObject()) {
                return tree;
            }
        } catch (IOException noJson) {
            // answered below
        }
        throw unreadable();
    }

    private static ReleaseException unreadable() {
        return new ReleaseException(Refusal.UNREADABLE, "The release is no JSON object.");
    }

    private static ReleaseException refusal(JsonMappingException wrong, JsonNode tree) {
        for (Throwable cause = wrong; cause != null; cause = cause.getCause()) {
            if (cause instanceof ReleaseException refused) {
                return refused;
            }
        }
        JsonNode at = tree;
        String name = "content";
        for (JsonMappingException.Reference step : wrong.getPath()) {
            at = step.getFieldName() == null ? at.path(step.getIndex()) : at.path(step.getFieldName());
            name = step.getFieldName() == null ? name : step.getFieldName();
        }
        boolean absent = at.isMissingNode() || at.isNull();
        return new ReleaseException(absent ? Refusal.MISSING_FIELD : Refusal.WRONG_FIELD,
                "The release's " + name + (absent ? " is missing." : " is not what it may be."));
    }

    /** A text, and nothing that could be taken for one. */
    private static final class Scalar<T> extends StdScalarDeserializer<T> {
        private static final long serialVersionUID = 1L;
        private final transient Function<String, T> reader;

        private Scalar(Class<T> type, Function<String, T> reader) {
            super(type);
            this.reader = reader;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                throw MismatchedInputException.from(parser, handledType(), "must be a text");
            }
            try {
                return reader.apply(parser.getText());
            } catch (DateTimeException malformed) {
                throw MismatchedInputException.from(parser, handledType(), "is malformed");
            }
        }
    }
}
