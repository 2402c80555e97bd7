package io.waystation.update.release;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Ed25519 keys as their 32 raw bytes, and signatures. Stateless.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8032#section-5.1">RFC 8032, 5.1</a>
 */
public final class Ed25519 {
    private static final int RAW = 32;
    private static final int ID_BYTES = 8;
    private static final String NAME = "Ed25519";
    /** What stands before the raw key in a SubjectPublicKeyInfo (RFC 8410, 4). */
    private static final byte[] HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

    private Ed25519() {
    }

    /** Whether a text is the base64 of 32 bytes, written the one way it may be. */
    public static boolean isKey(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return bytes.length == RAW && Base64.getEncoder().encodeToString(bytes).equals(base64);
        } catch (IllegalArgumentException noBase64) {
            return false;
        }
    }

    static byte[] raw(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    static byte[] raw(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - RAW, encoded.length);
    }

    /** Base64 of the raw bytes. */
    public static String text(PublicKey key) {
        return Base64.getEncoder().encodeToString(raw(key));
    }

    /** First 16 hexadecimal digits of the SHA-256 of a raw key. */
    public static String id(byte[] raw) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(raw), 0, ID_BYTES);
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    /** A new key pair. */
    public static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance(NAME).generateKeyPair();
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    /**
     * The public key of a private one. The JDK has no call for it, but its generator takes the private key from its source of
     * random bytes.
     *
     * @throws IllegalArgumentException when this Java's generator does not
     */
    public static PublicKey publicOf(EdECPrivateKey key) {
        byte[] seed = key.getBytes().orElseThrow(() -> new IllegalArgumentException("the key does not show itself"));
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(NAME);
            generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
            PublicKey found = generator.generateKeyPair().getPublic();
            if (!verify(found, seed, sign(key, seed))) {
                throw new IllegalArgumentException("the public key cannot be computed by this Java");
            }
            return found;
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException never) {
            throw new IllegalStateException(never);
        }
    }

    /** Signs. */
    public static byte[] sign(PrivateKey key, byte[] message) {
        try {
            Signature signature = Signature.getInstance(NAME);
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException("the key cannot sign", unusable);
        }
    }

    /** Whether a signature is this key's; false for anything that is none. */
    public static boolean verify(PublicKey key, byte[] message, byte[] signature) {
        try {
            Signature check = Signature.getInstance(NAME);
            check.initVerify(key);
            check.update(message);
            return check.verify(signature);
        } catch (SignatureException malformed) {
            return false;
        } catch (GeneralSecurityException unusable) {
            throw new IllegalStateException(unusable);
        }
    }

    /**
     * A key of 32 raw bytes in base64.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static PublicKey key(String base64) {
        if (!isKey(base64)) {
            throw new IllegalArgumentException("is not the base64 of the 32 bytes of an Ed25519 key");
        }
        byte[] raw = raw(base64);
        byte[] encoded = Arrays.copyOf(HEAD, HEAD.length + RAW);
        System.arraycopy(raw, 0, encoded, HEAD.length, RAW);
        try {
            return KeyFactory.getInstance(NAME).generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException noPoint) {
            throw new IllegalArgumentException("is no Ed25519 key", noPoint);
        }
    }

    /** Gives the same bytes every time. */
    private static final class Fixed extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final byte[] bytes;

        private Fixed(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, target.length);
        }
    }
}
