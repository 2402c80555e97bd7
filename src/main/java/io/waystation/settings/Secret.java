package io.waystation.settings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A secret or token: never printed, compared in constant time.
 *
 * <p>Immutable and thread-safe. Settings and routes name a secret by a reference, {@code env:NAME} or
 * {@code file:/path}; a secret written out, {@code literal:text}, is only for development.
 */
public final class Secret {
    private static final String ENV = "env:";
    private static final String FILE = "file:";
    private static final String LITERAL = "literal:";
    private static final int LONGEST_FILE = 64 * 1024;

    private final byte[] value;

    private Secret(byte[] value) {
        if (value.length == 0) {
            throw new IllegalArgumentException("a secret must not be empty");
        }
        this.value = value;
    }

    /** A secret of this text, as UTF-8; refuses the empty text. */
    public static Secret of(String text) {
        return new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Looks a reference up now.
     *
     * @param key the setting or parameter the reference stands in, for the message
     * @param reference {@code env:NAME}, {@code file:/path} (one trailing line end is cut off) or, if
     *     allowed, {@code literal:text}
     * @param literals whether secrets may be written out
     */
    public static Secret resolve(String key, String reference, boolean literals) {
        if (reference.startsWith(ENV)) {
            String name = reference.substring(ENV.length());
            return found(key, System.getenv(name), "names the environment variable " + name + ", which is not set");
        }
        if (reference.startsWith(FILE)) {
            return found(key, read(key, Path.of(reference.substring(FILE.length()))), "names an empty file");
        }
        if (reference.startsWith(LITERAL)) {
            if (!literals) {
                throw new InvalidSettingException(
                        key, "writes a secret out; name it as env:NAME or file:/path, or set waystation.secrets.literal");
            }
            return found(key, reference.substring(LITERAL.length()), "names an empty secret");
        }
        throw new InvalidSettingException(key, "must name secrets as env:NAME or file:/path");
    }

    private static Secret found(String key, String text, String problem) {
        if (text == null || text.isBlank()) {
            throw new InvalidSettingException(key, problem);
        }
        return of(text);
    }

    private static String read(String key, Path file) {
        try {
            if (Files.size(file) > LONGEST_FILE) {
                throw new InvalidSettingException(key, "names " + file + ", which is too long for a secret");
            }
            return Files.readString(file).replaceFirst("\\R\\z", "");
        } catch (IOException unreadable) {
            throw new InvalidSettingException(key, "names " + file + ", which cannot be read");
        }
    }

    /** The bytes, a copy. */
    public byte[] bytes() {
        return value.clone();
    }

    /** The secret as text. */
    public String text() {
        return new String(value, StandardCharsets.UTF_8);
    }

    /** Whether the candidate is this secret, in time that does not depend on where they differ. */
    public boolean matches(String candidate) {
        return MessageDigest.isEqual(candidate.getBytes(StandardCharsets.UTF_8), value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && MessageDigest.isEqual(value, that.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return "Secret[hidden]";
    }
}
