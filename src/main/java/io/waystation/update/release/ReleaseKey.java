package io.waystation.update.release;

import java.time.Instant;
import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

import io.waystation.key.Ed25519;

/**
 * A key that a signed manifest vouches for.
 *
 * @param keyid first 16 hexadecimal digits of the SHA-256 of the raw key
 * @param publicKey base64 of the 32 raw bytes of an Ed25519 key
 * @param from when it begins to be trusted
 * @param until when it ends
 */
@JsonPropertyOrder({"keyid", "publicKey", "from", "until"})
public record ReleaseKey(String keyid, String publicKey, Instant from, Instant until) {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");

    /** Checks that the key is one and is named as it must be. */
    public ReleaseKey {
        Field.matching("keyid", keyid, ID);
        Field.present("publicKey", publicKey);
        Field.require(Ed25519.isKey(publicKey) && Ed25519.id(Ed25519.raw(publicKey)).equals(keyid), "publicKey", publicKey);
        Field.present("from", from);
        Field.require(Field.present("until", until).isAfter(from), "until", until);
    }

    /** A key between two times. */
    public static ReleaseKey of(String publicKey, Instant from, Instant until) {
        Field.require(Ed25519.isKey(publicKey), "publicKey", publicKey);
        return new ReleaseKey(Ed25519.id(Ed25519.raw(publicKey)), publicKey, from, until);
    }
}
