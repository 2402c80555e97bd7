package io.waystation.update.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The JSON of a report: the same report is always the same bytes. Fields it does not know are passed over. Thread-safe. */
final class ReportCodec {
    /** Type of an envelope's payload that is a report. */
    static final String TYPE = "application/vnd.waystation.report+json";
    private static final String SCHEMA = "waystation.report/1";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ReportCodec() {
    }

    static byte[] write(MachineReport report) {
        ObjectNode json = JSON.createObjectNode().put("schema", SCHEMA).put("machine", report.machine())
                .put("publicKey", report.publicKey()).put("serial", report.serial()).put("subsystem", report.subsystem())
                .put("state", report.state().code());
        put(json, "version", report.version());
        put(json, "commit", report.commit());
        put(json, "reason", report.reason());
        return json.put("time", report.time().toString()).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void put(ObjectNode json, String name, String value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    /**
     * Reads, and checks everything.
     *
     * @throws IllegalArgumentException what is wrong with it, to be put after "the report"
     */
    static MachineReport read(byte[] bytes) {
        JsonNode json = parse(bytes);
        if (!SCHEMA.equals(text(json, "schema"))) {
            throw new IllegalArgumentException("is not of the schema " + SCHEMA);
        }
        if (!json.path("serial").isIntegralNumber() || !json.path("serial").canConvertToLong()) {
            throw new IllegalArgumentException("has no serial that it may have");
        }
        String state = text(json, "state");
        return new MachineReport(text(json, "machine"), text(json, "publicKey"), json.path("serial").longValue(), text(json, "subsystem"),
                state == null ? null : ReportState.of(state), text(json, "version"), text(json, "commit"), text(json, "reason"), time(json));
    }

    private static JsonNode parse(byte[] bytes) {
        try {
            JsonNode json = JSON.readTree(bytes);
            if (json != null && json.isObject()) {
                return json;
            }
        } catch (IOException noJson) {
            // answered below: what a stranger wrote is not repeated
        }
        throw new IllegalArgumentException("is no JSON object");
    }

    private static String text(JsonNode json, String name) {
        JsonNode value = json.path(name);
        if (!value.isMissingNode() && !value.isTextual()) {
            throw new IllegalArgumentException("has a " + name + " that is no text");
        }
        return value.textValue();
    }

    private static Instant time(JsonNode json) {
        try {
            String text = text(json, "time");
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException("has no time that it may have");
        }
    }
}
