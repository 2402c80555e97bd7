package io.waystation.ingest;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

import io.waystation.settings.Secret;

/**
 * A key of Standard Webhooks.
 *
 * @param bytes key of the HMAC, or null
 * @param publicKey key that verifies Ed25519 signatures, or null
 */
record StandardWebhooksKey(byte[] bytes, PublicKey publicKey) {
    static final String SYMMETRIC = "whsec_";
    private static final String PUBLIC = "whpk_";
    private static final String PRIVATE = "whsk_";
    private static final int SHORTEST = 24;
    private static final int LONGEST = 128;
    private static final int ED25519 = 32;
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    /**
     * Reads {@code whsec_}, {@code whpk_} or {@code whsk_} and Base64.
     *
     * @throws IllegalArgumentException when it is none of them; the message does not contain it
     */
    static StandardWebhooksKey of(Secret secret) {
        String text = secret.text();
        if (text.startsWith(PUBLIC)) {
            return new StandardWebhooksKey(null, publicKey(decode(text.substring(PUBLIC.length()))));
        }
        if (text.startsWith(PRIVATE)) {
            byte[] key = decode(text.substring(PRIVATE.length()));
            // Svix writes seed and public key, others the seed alone
            return new StandardWebhooksKey(null, key.length == 2 * ED25519
                    ? publicKey(Arrays.copyOfRange(key, ED25519, 2 * ED25519)) : publicKeyOfSeed(key));
        }
        byte[] key = decode(text.startsWith(SYMMETRIC) ? text.substring(SYMMETRIC.length()) : text);
        if (key.length < SHORTEST || key.length > LONGEST) {
            throw new IllegalArgumentException("a Standard Webhooks secret has 24 bytes or more, not " + key.length);
        }
        return new StandardWebhooksKey(key, null);
    }

    /** Whether it signs with HMAC. */
    boolean isSymmetric() {
        return bytes != null;
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("a Standard Webhooks secret is whsec_, whpk_ or whsk_ and Base64");
        }
    }

    private static PublicKey publicKey(byte[] raw) {
        if (raw.length != ED25519) {
            throw new IllegalArgumentException("an Ed25519 key has 32 bytes, not " + raw.length);
        }
        byte[] encoded = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + ED25519);
        System.arraycopy(raw, 0, encoded, X509_PREFIX.length, ED25519);
        try {
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException("not an Ed25519 public key", unusable);
        }
    }

    private static PublicKey publicKeyOfSeed(byte[] seed) {
        if (seed.length != ED25519) {
            throw new IllegalArgumentException("an Ed25519 seed has 32 bytes, not " + seed.length);
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(255, new SeedOnly(seed)); // the generator takes its random bytes for the seed
            return generator.generateKeyPair().getPublic();
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException("not an Ed25519 seed", unusable);
        }
    }

    /** Hands out a given seed, once. */
    private static final class SeedOnly extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] seed;

        private SeedOnly(byte[] seed) {
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }
}
