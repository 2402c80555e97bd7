package io.waystation.journal;

import java.nio.ByteBuffer;

import org.apache.commons.codec.digest.DigestUtils;

/**
 * 128 bits of SHA-256 over a delivery key: the first half finds, the second half checks.
 *
 * @param hash the half that is indexed
 * @param check the half that makes sure
 */
record DeliveryHash(long hash, long check) {
    static DeliveryHash of(DeliveryKey key) {
        ByteBuffer digest = ByteBuffer.wrap(DigestUtils.sha256(key.scope() + '\n' + key.deliveryId()));
        return new DeliveryHash(digest.getLong(), digest.getLong());
    }
}
