package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.waystation.settings.Secret;

/**
 * A key that deliveries to an endpoint are signed with: {@code whsec_} and Base64 of 24 to 128 bytes for HMAC,
 * {@code whsk_} and Base64 of an Ed25519 seed (with or without the public key behind it), or any text for the styles
 * that take one. Immutable and thread-safe.
 */
final class SigningKey {
    private static final String SYMMETRIC = "whsec_";
    private static final String PRIVATE = "whsk_";
    private static final int NEW_BYTES = 32;
    private static final int SEED = 32;
    private static final byte[] PKCS8_PREFIX = HexFormat.of().parseHex("302e020100300506032b657004220420");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Secret secret;
    private final Instant expires;
    private final byte[] bytes;
    private final PrivateKey privateKey;

    /**
     * A key.
     *
     * @param expires when it stops signing, or null
     * @throws IllegalArgumentException when it starts like one of the two kinds and is none
     */
    SigningKey(Secret secret, Instant expires) {
        this.secret = secret;
        this.expires = expires;
        String text = secret.text();
        this.privateKey = text.startsWith(PRIVATE) ? privateKey(decode(text.substring(PRIVATE.length()))) : null;
        this.bytes = text.startsWith(SYMMETRIC) ? symmetric(decode(text.substring(SYMMETRIC.length()))) : null;
    }

    /** A new random symmetric key. */
    static SigningKey random() {
        byte[] key = new byte[NEW_BYTES];
        RANDOM.nextBytes(key);
        return new SigningKey(Secret.of(SYMMETRIC + Base64.getEncoder().encodeToString(key)), null);
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("a secret that starts with whsec_ or whsk_ goes on with Base64");
        }
    }

    private static byte[] symmetric(byte[] key) {
        if (key.length < 24 || key.length > 128) {
            throw new IllegalArgumentException("a whsec_ secret has 24 to 128 bytes, not " + key.length);
        }
        return key;
    }

    private static PrivateKey privateKey(byte[] key) {
        if (key.length != SEED && key.length != 2 * SEED) {
            throw new IllegalArgumentException("a whsk_ secret has 32 bytes, or 64 with its public key, not " + key.length);
        }
        byte[] encoded = Arrays.copyOf(PKCS8_PREFIX, PKCS8_PREFIX.length + SEED);
        System.arraycopy(key, 0, encoded, PKCS8_PREFIX.length, SEED);
        try {
            return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException("not an Ed25519 seed", unusable);
        }
    }

    Secret secret() {
        return secret;
    }

    Optional<Instant> expires() {
        return Optional.ofNullable(expires);
    }

    boolean isCurrent(Instant now) {
        return expires == null || now.isBefore(expires);
    }

    /** The same key, which stops signing then unless it does so earlier. */
    SigningKey until(Instant end) {
        return expires != null && expires.isBefore(end) ? this : new SigningKey(secret, end);
    }

    /** Whether it signs as Standard Webhooks describe it. */
    boolean isStandard() {
        return bytes != null || privateKey != null;
    }

    /** One entry of {@code webhook-signature}: {@code v1,...} or {@code v1a,...}. */
    String standardSignature(byte[] start, byte[] body) {
        if (privateKey == null) {
            return "v1," + Base64.getEncoder().encodeToString(hmac(bytes, start, body));
        }
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(privateKey);
            signer.update(start);
            signer.update(body);
            return "v1a," + Base64.getEncoder().encodeToString(signer.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** HMAC-SHA256 with the whole text of the secret as key, in hexadecimal. */
    String hex(byte[] start, byte[] body) {
        return HexFormat.of().formatHex(hmac(secret.text().getBytes(StandardCharsets.UTF_8), start, body));
    }

    private static byte[] hmac(byte[] key, byte[] start, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(start);
            return mac.doFinal(body);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
