package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

import javax.crypto.Mac;

import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;

import io.waystation.key.Ed25519;
import io.waystation.key.StandardWebhooksKey;
import io.waystation.settings.Secret;

/**
 * A key that deliveries to an endpoint are signed with: {@code whsec_} and Base64 of 24 to 128 bytes for HMAC,
 * {@code whsk_} and Base64 of an Ed25519 seed (with or without the public key behind it), or any text for the styles
 * that take one. Immutable and thread-safe.
 */
final class SigningKey {
    private static final int NEW_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Secret secret;
    private final Instant expires;
    private final StandardWebhooksKey standard;
    private final Mac ofBytes;
    private final Mac ofText;

    /**
     * A key.
     *
     * @param expires when it stops signing, or null
     * @throws IllegalArgumentException when it starts like one of the two kinds and is none
     */
    SigningKey(Secret secret, Instant expires) {
        this.secret = secret;
        this.expires = expires;
        this.standard = isStandard(secret.text()) ? StandardWebhooksKey.of(secret) : null;
        this.ofBytes = standard != null && standard.isSymmetric() ? mac(standard.bytes()) : null;
        this.ofText = mac(secret.text().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isStandard(String text) {
        return text.startsWith(StandardWebhooksKey.SYMMETRIC) || text.startsWith(StandardWebhooksKey.PRIVATE);
    }

    /** A new random symmetric key. */
    static SigningKey random() {
        byte[] key = new byte[NEW_BYTES];
        RANDOM.nextBytes(key);
        return new SigningKey(Secret.of(StandardWebhooksKey.SYMMETRIC + Base64.getEncoder().encodeToString(key)), null);
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
        return standard != null;
    }

    /** One entry of {@code webhook-signature}: {@code v1,...} or {@code v1a,...}. */
    String standardSignature(byte[] start, byte[] body) {
        Base64.Encoder base64 = Base64.getEncoder();
        return standard.isSymmetric()
                ? "v1," + base64.encodeToString(hmac(ofBytes, start, body))
                : "v1a," + base64.encodeToString(Ed25519.sign(standard.privateKey(), start, body));
    }

    /** HMAC-SHA256 with the whole text of the secret as key, in hexadecimal. */
    String hex(byte[] start, byte[] body) {
        return HexFormat.of().formatHex(hmac(ofText, start, body));
    }

    private static Mac mac(byte[] key) {
        return HmacUtils.getInitializedMac(HmacAlgorithms.HMAC_SHA_256, key);
    }

    /** A copy of what the key has made ready costs less than to make it ready again. */
    private static byte[] hmac(Mac ready, byte[] start, byte[] body) {
        try {
            Mac mac = (Mac) ready.clone();
            mac.update(start);
            return mac.doFinal(body);
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
