package io.waystation.key;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

import org.apache.commons.codec.digest.DigestUtils;

/**
 * Ed25519 keys as their 32 raw bytes, and signatures. Stateless.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8032#section-5.1">RFC 8032, 5.1</a>
 */
public final class Ed25519 {
    /** Bytes of a public key, and of the seed of a private one. */
    public static final int RAW = 32;
    private static final int ID_DIGITS = 16;
    private static final String NAME = "Ed25519";
    /** What stands before the raw key in a SubjectPublicKeyInfo (RFC 8410, 4). */
    private static final byte[] PUBLIC_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");
    /** What stands before the seed in a PrivateKeyInfo (RFC 8410, 7). */
    private static final byte[] PRIVATE_HEAD = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private Ed25519() {
    }

    /** Whether a text is the base64 of a public key, written the one way it may be. */
    public static boolean isKey(String base64) {
        try {
            key(base64);
            return true;
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    /**
     * The raw bytes of a key's text.
     *
     * @throws IllegalArgumentException when it is no base64
     */
    public static byte[] raw(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    private static byte[] raw(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - RAW, encoded.length);
    }

    /** Base64 of the raw bytes. */
    public static String text(PublicKey key) {
        return Base64.getEncoder().encodeToString(raw(key));
    }

    /** First 16 hexadecimal digits of the SHA-256 of a raw key. */
    public static String id(byte[] raw) {
        return DigestUtils.sha256Hex(raw).substring(0, ID_DIGITS);
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
    public static PublicKey publicOf(PrivateKey key) {
        byte[] seed = key instanceof EdECPrivateKey shown ? shown.getBytes().orElse(null) : null;
        if (seed == null) {
            throw new IllegalArgumentException("the key does not show itself");
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(NAME);
            generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
            PublicKey found = generator.generateKeyPair().getPublic();
            if (!verify(found, sign(key, seed), seed)) {
                throw new IllegalArgumentException("the public key cannot be computed by this Java");
            }
            return found;
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException never) {
            throw new IllegalStateException(never);
        }
    }

    /** Signs the parts one after the other. */
    public static byte[] sign(PrivateKey key, byte[]... message) {
        try {
            Signature signature = Signature.getInstance(NAME);
            signature.initSign(key);
            for (byte[] part : message) {
                signature.update(part);
            }
            return signature.sign();
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException("the key cannot sign", unusable);
        }
    }

    /** Whether a signature over the parts one after the other is this key's; false for anything that is none. */
    public static boolean verify(PublicKey key, byte[] signature, byte[]... message) {
        try {
            Signature check = Signature.getInstance(NAME);
            check.initVerify(key);
            for (byte[] part : message) {
                check.update(part);
            }
            return check.verify(signature);
        } catch (SignatureException | InvalidKeyException malformed) {
            return false;
        } catch (GeneralSecurityException unusable) {
            throw new IllegalStateException(unusable);
        }
    }

    /**
     * A public key of 32 raw bytes in base64.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static PublicKey key(String base64) {
        byte[] raw = raw(base64);
        if (raw.length != RAW || !Base64.getEncoder().encodeToString(raw).equals(base64)) {
            throw new IllegalArgumentException("is not the base64 of the 32 bytes of an Ed25519 key");
        }
        return publicKey(raw);
    }

    /**
     * A public key of its raw bytes.
     *
     * @throws IllegalArgumentException when they are none
     */
    public static PublicKey publicKey(byte[] raw) {
        try {
            PublicKey key = KeyFactory.getInstance(NAME).generatePublic(new X509EncodedKeySpec(behind(PUBLIC_HEAD, raw)));
            Signature.getInstance(NAME).initVerify(key); // only this looks whether it is a point of the curve
            return key;
        } catch (GeneralSecurityException noPoint) {
            throw new IllegalArgumentException("is no Ed25519 key", noPoint);
        }
    }

    /**
     * A private key of its seed.
     *
     * @throws IllegalArgumentException when the seed has not 32 bytes
     */
    public static PrivateKey privateKey(byte[] seed) {
        try {
            return KeyFactory.getInstance(NAME).generatePrivate(new PKCS8EncodedKeySpec(behind(PRIVATE_HEAD, seed)));
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException("is no seed of an Ed25519 key", unusable);
        }
    }

    private static byte[] behind(byte[] head, byte[] raw) {
        if (raw.length != RAW) {
            throw new IllegalArgumentException("an Ed25519 key has 32 bytes, not " + raw.length);
        }
        byte[] encoded = Arrays.copyOf(head, head.length + RAW);
        System.arraycopy(raw, 0, encoded, head.length, RAW);
        return encoded;
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
