package io.waystation.update.release;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

import io.waystation.key.Ed25519;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;

/** The key that signs this hub's releases. Immutable, thread-safe, and prints only its public part. */
public final class SigningKey {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final int LINE = 64;

    private final PrivateKey key;
    private final String publicKey;
    private final String id;

    private SigningKey(PrivateKey key, String publicKey) {
        this.key = key;
        this.publicKey = publicKey;
        this.id = Ed25519.id(Ed25519.raw(publicKey));
    }

    /**
     * Reads a PKCS#8 key as {@code openssl genpkey -algorithm ed25519} writes it, with or without the PEM lines.
     *
     * @param setting the setting that names it, for the message
     * @throws InvalidSettingException when it is no Ed25519 key
     */
    public static SigningKey read(String setting, Secret secret) {
        String base64 = secret.text().replace(BEGIN, "").replace(END, "").replaceAll("\\s", "");
        try {
            PrivateKey key = KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
            return new SigningKey(key, Ed25519.text(Ed25519.publicOf(key)));
        } catch (GeneralSecurityException | IllegalArgumentException unusable) {
            throw new InvalidSettingException(setting, "names no Ed25519 key in PKCS#8 (openssl genpkey -algorithm ed25519)");
        }
    }

    /** A new key. */
    public static SigningKey generate() {
        KeyPair pair = Ed25519.generate();
        return new SigningKey(pair.getPrivate(), Ed25519.text(pair.getPublic()));
    }

    /** Name of the key: first 16 hexadecimal digits of the SHA-256 of its raw public part. */
    public String id() {
        return id;
    }

    /** Base64 of the 32 raw bytes of its public part, as machines pin it. */
    public String publicKey() {
        return publicKey;
    }

    /** Signs. */
    public byte[] sign(byte[] message) {
        return Ed25519.sign(key, message);
    }

    /** The secret key in PEM. Handle it like a password. */
    public String pem() {
        return BEGIN + "\n" + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(key.getEncoded()) + "\n" + END + "\n";
    }

    @Override
    public String toString() {
        return "SigningKey[" + id + "]";
    }
}
