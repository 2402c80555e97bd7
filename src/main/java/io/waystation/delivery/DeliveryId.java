package io.waystation.delivery;

import java.util.regex.Pattern;

import org.apache.commons.codec.digest.DigestUtils;

/**
 * Names a delivery: one event owed to one endpoint.
 *
 * @param event id of the event
 * @param endpoint id of the endpoint, without dots
 */
record DeliveryId(String event, String endpoint) {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,100}");
    private static final int DIGEST_DIGITS = 32;

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
        return "msg_" + (PLAIN.matcher(event).matches() ? event : digest(event));
    }

    private static String digest(String event) {
        return DigestUtils.sha256Hex(event).substring(0, DIGEST_DIGITS);
    }

    @Override
    public String toString() {
        return event + "." + endpoint;
    }
}
