package io.waystation.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import org.apache.commons.codec.digest.DigestUtils;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;

/**
 * Encrypts secrets before they are stored: AES-256-GCM, with the id of the key in the text.
 *
 * <p>Text form: {@code v1.<key id>.<base64url of nonce and ciphertext>}. Keys rotate: the first key encrypts, any
 * key given decrypts. The context (such as {@code channel:c/secret}) is authenticated, so that a ciphertext cannot be
 * moved to another row. Thread-safe.
 *
 * @see <a href="https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf">NIST SP 800-38D</a>
 */
public final class SecretBox {
    private static final String VERSION = "v1";
    private static final String TRANSFORMATION = "AES/GCM/NoPadding";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int ID_DIGITS = 8;

    private final Map<String, SecretKey> keys = new LinkedHashMap<>();
    private final String current;
    private final SecureRandom random = new SecureRandom();

    private SecretBox(List<byte[]> rawKeys) {
        for (byte[] raw : rawKeys) {
            keys.putIfAbsent(keyId(raw), new SecretKeySpec(raw, "AES"));
        }
        this.current = keys.keySet().iterator().next();
    }

    /**
     * A box with the configured keys: {@code waystation.secret-key-file}, else the environment variable
     * {@code WAYSTATION_SECRET_KEY}, else a key made once in the data folder.
     *
     * @param environment value of the environment variable, or null
     */
    public static SecretBox open(Settings settings, String environment, DataFolder folder) {
        Optional<String> file = settings.text("waystation.secret-key-file");
        if (file.isPresent()) {
            return of("waystation.secret-key-file", readKeyFile("waystation.secret-key-file", Path.of(file.get())));
        }
        if (environment != null && !environment.isBlank()) {
            return of("WAYSTATION_SECRET_KEY", environment);
        }
        return of(folder.secretKey().toString(), generated(folder.secretKey()));
    }

    /** A box with keys from a text: base64 of 32 bytes each, one a line or separated by commas, newest first. */
    static SecretBox of(String origin, String text) {
        List<byte[]> raw = text.lines().flatMap(line -> List.of(line.split(",")).stream()).map(String::trim)
                .filter(line -> !line.isEmpty()).map(line -> decodeKey(origin, line)).toList();
        if (raw.isEmpty()) {
            throw new InvalidSettingException(origin, "holds no key");
        }
        return new SecretBox(raw);
    }

    private static byte[] decodeKey(String origin, String line) {
        try {
            byte[] key = Base64.getDecoder().decode(line);
            if (key.length == KEY_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException notBase64) {
            // answered below, without the text
        }
        throw new InvalidSettingException(origin, "must hold base64 of 32 random bytes (openssl rand -base64 32)");
    }

    private static String readKeyFile(String key, Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new InvalidSettingException(key, "names " + file + ", which cannot be read");
        }
    }

    private static String generated(Path file) {
        try {
            if (!Files.exists(file)) {
                byte[] key = new byte[KEY_BYTES];
                new SecureRandom().nextBytes(key);
                write(file, Base64.getEncoder().encodeToString(key) + "\n");
            }
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new StartupException("data-folder-unwritable", "cannot read or write the key file " + file, e);
        }
    }

    private static void write(Path file, String text) throws IOException {
        FileAttribute<?>[] ownerOnly = file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0];
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        try (FileChannel out = FileChannel.open(
                draft, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
            out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            out.force(true);
        }
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Files.move(draft, file);
    }

    private static String keyId(byte[] key) {
        return DigestUtils.sha256Hex(key).substring(0, ID_DIGITS);
    }

    /** Encrypts a secret for one place. */
    public String seal(String secret, String context) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = run(Cipher.ENCRYPT_MODE, current, nonce, secret.getBytes(StandardCharsets.UTF_8), context);
        byte[] joined = ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
        return VERSION + '.' + current + '.' + Base64.getUrlEncoder().withoutPadding().encodeToString(joined);
    }

    /**
     * Decrypts what {@link #seal} made for the same place.
     *
     * @throws IllegalArgumentException when it was made for another place, with a key that is not here, or changed
     */
    public String open(String sealed, String context) {
        String[] parts = sealed.split("\\.", 3);
        if (parts.length != 3 || !parts[0].equals(VERSION)) {
            throw new IllegalArgumentException("not a sealed secret");
        }
        if (!keys.containsKey(parts[1])) {
            throw new IllegalArgumentException("the secret is sealed with key " + parts[1] + ", which is not configured");
        }
        byte[] joined = Base64.getUrlDecoder().decode(parts[2]);
        if (joined.length < NONCE_BYTES) {
            throw new IllegalArgumentException("not a sealed secret");
        }
        byte[] nonce = new byte[NONCE_BYTES];
        byte[] rest = new byte[joined.length - NONCE_BYTES];
        ByteBuffer.wrap(joined).get(nonce).get(rest);
        return new String(run(Cipher.DECRYPT_MODE, parts[1], nonce, rest, context), StandardCharsets.UTF_8);
    }

    private byte[] run(int mode, String keyId, byte[] nonce, byte[] input, String context) {
        try {
            Cipher cipher = Cipher.getInstance(TRANSFORMATION);
            cipher.init(mode, keys.get(keyId), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the secret was changed or belongs to another place", e);
        }
    }

    @Override
    public String toString() {
        return "SecretBox[" + String.join(", ", keys.keySet()) + "]"; // ids only
    }
}
