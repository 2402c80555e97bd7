package io.waystation.http;

import java.io.IOException;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The JSON object that a request for the hub itself brings, as a tree.
 *
 * <p>A tree takes up to thirty times its text, so one that would take megabytes is refused, however many are sent at once.
 * Thread-safe.
 */
public final class JsonBody {
    /** Names, values and brackets; a large event of GitHub, which a page sends again, has a third of it. */
    private static final int MOST_TOKENS = 50_000;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // names of strangers must not fill Java's table of them
            .streamReadConstraints(StreamReadConstraints.builder().maxTokenCount(MOST_TOKENS).build())
            .build());

    private JsonBody() {
    }

    /**
     * Reads a body.
     *
     * @param body bytes of the request, or null
     * @return empty when it is no JSON object
     * @throws ProblemException 413 {@code body-too-large} when it has too many values
     */
    public static Optional<ObjectNode> read(byte[] body) {
        try {
            JsonNode json = body == null ? null : JSON.readTree(body);
            return json instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (StreamConstraintsException tooMuch) {
            throw new ProblemException(413, "body-too-large", "The body has more or longer or deeper values than the hub reads. Nothing was kept.");
        } catch (IOException malformed) {
            return Optional.empty();
        }
    }
}
