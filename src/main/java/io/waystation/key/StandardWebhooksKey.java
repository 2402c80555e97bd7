package io.waystation.key;

import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;

import io.waystation.settings.Secret;

/**
 * A key of Standard Webhooks: one of HMAC, or of Ed25519. Immutable and thread-safe.
 *
 * @param bytes key of the HMAC, or null
 * @param publicKey key that verifies Ed25519 signatures, or null
 * @param privateKey key that makes them, or null
 * @see <a href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">the specification</a>
 */
public record StandardWebhooksKey(byte[] bytes, PublicKey publicKey, PrivateKey privateKey) {
    /** What a key of HMAC starts with. */
    public static final String SYMMETRIC = "whsec_";
    /** What a private key starts with. */
    public static final String PRIVATE = "whsk_";
    private static final String PUBLIC = "whpk_";
    private static final int SHORTEST = 24;
    private static final int LONGEST = 128;

    /**
     * Reads {@code whsec_}, {@code whpk_} or {@code whsk_} and Base64; Base64 alone is taken for the first.
     *
     * @throws IllegalArgumentException when it is none of them; the message does not contain it
     */
    public static StandardWebhooksKey of(Secret secret) {
        String text = secret.text();
        if (text.startsWith(PUBLIC)) {
            return new StandardWebhooksKey(null, Ed25519.publicKey(decode(text.substring(PUBLIC.length()))), null);
        }
        if (text.startsWith(PRIVATE)) {
            byte[] key = decode(text.substring(PRIVATE.length()));
            // Svix writes seed and public key, others the seed alone
            PrivateKey seed = Ed25519.privateKey(key.length == 2 * Ed25519.RAW ? Arrays.copyOf(key, Ed25519.RAW) : key);
            return new StandardWebhooksKey(null, Ed25519.publicOf(seed), seed);
        }
        byte[] key = decode(text.startsWith(SYMMETRIC) ? text.substring(SYMMETRIC.length()) : text);
        if (key.length < SHORTEST || key.length > LONGEST) {
            throw new IllegalArgumentException("a Standard Webhooks secret has 24 to 128 bytes, not " + key.length);
        }
        return new StandardWebhooksKey(key, null, null);
    }

    /** Whether it signs with HMAC. */
    public boolean isSymmetric() {
        return bytes != null;
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("a Standard Webhooks secret is whsec_, whpk_ or whsk_ and Base64");
        }
    }
}
