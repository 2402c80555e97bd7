package io.waystation.update.release;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A payload with the signatures over it: DSSE, version 1.
 *
 * <p>Read strictly: one object, no name twice, base64 written the one way it may be, so that no byte of it can be another
 * without a refusal. Nothing in it is believed before a signature is: {@code keyid} only says which key to try.
 *
 * @param payloadType what the payload is
 * @param payload its exact bytes, not copied: do not change them
 * @param signatures who signed it; never empty
 * @see <a href="https://github.com/secure-systems-lab/dsse/blob/master/envelope.md">DSSE envelope</a>
 */
public record Envelope(String payloadType, byte[] payload, List<Signed> signatures) {
    /** Type of a payload that is a {@link ReleaseManifest}. */
    public static final String RELEASE = "application/vnd.waystation.release+json";
    /** Bytes that an envelope may have. */
    public static final int LARGEST = 256 * 1024;
    private static final int MOST_SIGNATURES = 8;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * One signature.
     *
     * @param keyid which key to try
     * @param signature its bytes, not copied
     */
    public record Signed(String keyid, byte[] signature) { }

    /** Copies the list. */
    public Envelope {
        signatures = List.copyOf(signatures);
    }

    /** Signs a payload with one key or, while keys change, several. */
    public static Envelope sign(String payloadType, byte[] payload, List<SigningKey> keys) {
        byte[] message = message(payloadType, payload);
        return new Envelope(payloadType, payload, keys.stream().map(key -> new Signed(key.id(), key.sign(message))).toList());
    }

    /**
     * Reads an envelope.
     *
     * @throws ReleaseException {@link Refusal#TOO_LARGE}, {@link Refusal#UNREADABLE} or {@link Refusal#UNSIGNED}
     */
    public static Envelope read(byte[] bytes) {
        if (bytes.length > LARGEST) {
            throw new ReleaseException(Refusal.TOO_LARGE, "The release has " + bytes.length + " bytes; " + LARGEST + " are allowed.");
        }
        JsonNode json = parse(bytes);
        List<Signed> signatures = new ArrayList<>();
        if (!json.path("signatures").isArray() || json.path("signatures").size() > MOST_SIGNATURES) {
            throw unreadable("has no list of signatures");
        }
        json.path("signatures").forEach(one -> signatures.add(new Signed(text(one, "keyid"), bytes(one, "sig"))));
        if (signatures.isEmpty()) {
            throw new ReleaseException(Refusal.UNSIGNED, "The release is not signed.");
        }
        return new Envelope(text(json, "payloadType"), bytes(json, "payload"), signatures);
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
        throw unreadable("is no JSON object");
    }

    private static String text(JsonNode json, String name) {
        if (!json.path(name).isTextual()) {
            throw unreadable("has no " + name);
        }
        return json.path(name).textValue();
    }

    private static byte[] bytes(JsonNode json, String name) {
        String text = text(json, name);
        try {
            byte[] decoded = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(decoded).equals(text)) {
                return decoded;
            }
        } catch (IllegalArgumentException noBase64) {
            // answered below
        }
        throw unreadable("has a " + name + " that is not base64");
    }

    private static ReleaseException unreadable(String problem) {
        return new ReleaseException(Refusal.UNREADABLE, "The envelope of the release " + problem + ".");
    }

    /** The envelope as it is sent and kept: one line. */
    public byte[] bytes() {
        ObjectNode json = JSON.createObjectNode();
        Base64.Encoder base64 = Base64.getEncoder();
        json.put("payloadType", payloadType).put("payload", base64.encodeToString(payload));
        signatures.forEach(one -> json.withArray("signatures").addObject().put("keyid", one.keyid())
                .put("sig", base64.encodeToString(one.signature())));
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What is signed: type and payload, each with its length before it, so that neither can pass for part of the other. */
    byte[] message() {
        return message(payloadType, payload);
    }

    private static byte[] message(String type, byte[] payload) {
        byte[] name = type.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("DSSEv1 " + name.length + " ").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(name);
        out.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Envelope that && Arrays.equals(bytes(), that.bytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return "Envelope[" + payloadType + ", " + payload.length + " bytes, " + signatures.stream().map(Signed::keyid).toList() + "]";
    }
}
