package io.waystation.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * 128 bits of SHA-256 over a delivery key: the first half finds, the second half checks.
 *
 * @param hash the half that is indexed
 * @param check the half that makes sure
 */
record DeliveryHash(long hash, long check) {
    static DeliveryHash of(DeliveryKey key) {
        return of(key.scope() + '\n' + key.deliveryId());
    }

    private static DeliveryHash of(String text) {
        ByteBuffer digest = ByteBuffer.wrap(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
        return new DeliveryHash(digest.getLong(), digest.getLong());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
