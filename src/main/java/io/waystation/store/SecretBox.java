package io.waystation.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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

    private final Origin origin;
    private final SecureRandom random = new SecureRandom();
    private volatile Map<String, SecretKey> keys;
    private volatile String current;

    /**
     * Where keys come from.
     *
     * @param name for people
     * @param file to read them from again, or null
     * @param own whether the hub writes the file itself
     */
    private record Origin(String name, Path file, boolean own) {
    }

    private SecretBox(Origin origin, List<byte[]> rawKeys) {
        this.origin = origin;
        take(rawKeys);
    }

    private void take(List<byte[]> rawKeys) {
        Map<String, SecretKey> next = new LinkedHashMap<>();
        for (byte[] raw : rawKeys) {
            next.putIfAbsent(keyId(raw), new SecretKeySpec(raw, "AES"));
        }
        keys = next; // before the one that is named by it
        current = next.keySet().iterator().next();
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
            Origin origin = new Origin("waystation.secret-key-file", Path.of(file.get()), false);
            return new SecretBox(origin, decode(origin.name(), readKeyFile(origin.name(), origin.file())));
        }
        if (environment != null && !environment.isBlank()) {
            return of("WAYSTATION_SECRET_KEY", environment);
        }
        Origin origin = new Origin(folder.secretKey().toString(), folder.secretKey(), true);
        try {
            return new SecretBox(origin, decode(origin.name(), generated(origin.file())));
        } catch (InvalidSettingException damaged) { // it is nobody's setting
            throw new StartupException("data-folder-damaged", origin.file() + " holds no key; restore it from a backup: without it the"
                    + " secrets that are stored cannot be read");
        }
    }

    /** A box with keys from a text: base64 of 32 bytes each, one a line or separated by commas, newest first. */
    static SecretBox of(String origin, String text) {
        return new SecretBox(new Origin(origin, null, false), decode(origin, text));
    }

    private static List<byte[]> decode(String origin, String text) {
        List<byte[]> raw = text.lines().flatMap(line -> List.of(line.split(",")).stream()).map(String::trim)
                .filter(line -> !line.isEmpty()).map(line -> decodeKey(origin, line)).toList();
        if (raw.isEmpty()) {
            throw new InvalidSettingException(origin, "holds no key");
        }
        return raw;
    }

    /**
     * Seals with a newer key from now on: one that is made, where the hub keeps its keys itself, else the first one of the file,
     * which is read again. Keys so far go on opening.
     *
     * @param needed ids of keys that stored secrets are sealed with
     * @return whether one was made
     * @throws InvalidSettingException when the file cannot be used, or lacks the key of now or one that is needed: until everything is
     *     sealed again, only the file would have it if the hub died; nothing has changed
     */
    synchronized boolean renew(Set<String> needed) {
        if (origin.file() == null) {
            return false;
        }
        String text = readKeyFile(origin.name(), origin.file());
        Set<String> missing = new TreeSet<>(needed);
        missing.add(current);
        decode(origin.name(), text).forEach(key -> missing.remove(keyId(key)));
        if (!missing.isEmpty()) {
            throw new InvalidSettingException(origin.name(), "names " + origin.file() + ", which does not hold the key "
                    + String.join(" and ", missing) + " that stored secrets are encrypted with; put it back, behind the new one, until all are "
                    + "encrypted again. Nothing was changed");
        }
        if (origin.own()) {
            byte[] key = new byte[KEY_BYTES];
            random.nextBytes(key);
            text = Base64.getEncoder().encodeToString(key) + "\n" + text;
            replace(text);
        }
        List<byte[]> next = new ArrayList<>(decode(origin.name(), text));
        keys.values().forEach(known -> next.add(known.getEncoded())); // one that was taken out of the file may still be needed
        take(next);
        return origin.own();
    }

    /** Takes the older keys out of the hub's own file; false when the keys are not the hub's to keep. */
    synchronized boolean forgetOlderKeys() {
        if (!origin.own()) {
            return false;
        }
        SecretKey only = keys.get(current);
        replace(Base64.getEncoder().encodeToString(only.getEncoded()) + "\n");
        take(List.of(only.getEncoded()));
        return true;
    }

    private void replace(String text) {
        try {
            OwnerOnlyFile.replace(origin.file(), text);
        } catch (IOException e) {
            throw new StoreException(StoreException.Code.FAILED, "cannot write the key file " + origin.file(), e);
        }
    }

    /** Id of the key that seals. */
    String currentKey() {
        return current;
    }

    /** Ids of the keys that only open. */
    List<String> olderKeys() {
        return keys.keySet().stream().filter(key -> !key.equals(current)).toList();
    }

    /** Id of the key that a text was sealed with. */
    static String keyOf(String sealed) {
        String[] parts = sealed.split("\\.", 3);
        return parts.length == 3 ? parts[1] : "?";
    }

    /** Whether a text was sealed with the key that seals now. */
    boolean isCurrent(String sealed) {
        return sealed.startsWith(VERSION + '.' + current + '.');
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
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new InvalidSettingException(key, "names " + file + ", which cannot be read");
        }
    }

    private static String generated(Path file) {
        try {
            if (!Files.exists(file)) {
                byte[] key = new byte[KEY_BYTES];
                new SecureRandom().nextBytes(key);
                OwnerOnlyFile.create(file, Base64.getEncoder().encodeToString(key) + "\n");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new StartupException("data-folder-unwritable", "cannot read or write the key file " + file, e);
        }
    }

    private static String keyId(byte[] key) {
        return DigestUtils.sha256Hex(key).substring(0, ID_DIGITS);
    }

    /** Encrypts a secret for one place. */
    public String seal(String secret, String context) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        String key = current;
        byte[] sealed = run(Cipher.ENCRYPT_MODE, key, nonce, secret.getBytes(StandardCharsets.UTF_8), context);
        byte[] joined = ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
        return VERSION + '.' + key + '.' + Base64.getUrlEncoder().withoutPadding().encodeToString(joined);
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
