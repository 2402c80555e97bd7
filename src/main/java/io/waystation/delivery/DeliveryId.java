package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names a delivery: one event owed to one endpoint.
 *
 * @param event id of the event
 * @param endpoint id of the endpoint, without dots
 */
record DeliveryId(String event, String endpoint) {
    private static final String PLAIN = "[A-Za-z0-9_-]{1,100}";
    private static final int DIGEST_BYTES = 16;

    /**
     * Reads what {@link #toString()} wrote.
     *
     * @throws IllegalArgumentException when it is no such text
     */
    static DeliveryId of(String text) {
        int dot = text.lastIndexOf('.');
        if (dot < 1 || dot == text.length() - 1) {
            throw new IllegalArgumentException("'" + text + "' is not the id of a delivery");
        }
        return new DeliveryId(text.substring(0, dot), text.substring(dot + 1));
    }

    /** Value of {@code webhook-id}: the same for every attempt and endpoint, made by this hub, without dots. */
    static String webhookId(String event) {
        return "msg_" + (event.matches(PLAIN) ? event : digest(event));
    }

    private static String digest(String event) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(event.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public String toString() {
        return event + "." + endpoint;
    }
}
