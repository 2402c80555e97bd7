package io.waystation.ingest;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys of one HMAC algorithm, ready to check signatures with.
 *
 * <p>Thread-safe: every thread has a {@link Mac} per algorithm of its own, because finding one through the
 * security providers costs more than hashing a small body.
 */
final class HmacKeys {
    private static final ThreadLocal<Map<String, Mac>> MACS = ThreadLocal.withInitial(() -> new HashMap<>(4));

    private final String algorithm;
    private final SecretKeySpec[] keys;

    /**
     * Keys of these bytes.
     *
     * @param algorithm JCA name, such as {@code HmacSHA256}
     */
    HmacKeys(String algorithm, List<byte[]> keys) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("a signature needs at least one secret");
        }
        this.algorithm = algorithm;
        this.keys = keys.stream().map(key -> new SecretKeySpec(key, algorithm)).toArray(SecretKeySpec[]::new);
        mac(); // an unknown algorithm fails at the start, not at the first webhook
    }

    /** Which key made the signature of the parts one after the other, or -1. */
    int match(byte[] signature, byte[]... parts) {
        for (int i = 0; i < keys.length; i++) {
            if (MessageDigest.isEqual(sign(i, parts), signature)) {
                return i;
            }
        }
        return -1;
    }

    private byte[] sign(int key, byte[]... parts) {
        Mac mac = mac();
        try {
            mac.init(keys[key]);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }

    private Mac mac() {
        return MACS.get().computeIfAbsent(algorithm, name -> {
            try {
                return Mac.getInstance(name);
            } catch (GeneralSecurityException unknown) {
                throw new IllegalArgumentException("unknown signature algorithm " + name, unknown);
            }
        });
    }
}
