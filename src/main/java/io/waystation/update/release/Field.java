package io.waystation.update.release;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

import io.waystation.update.version.RefName;

/** Checks of what a manifest says. Stateless. */
final class Field {
    /** A digest in lower-case hexadecimal. */
    static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private Field() {
    }

    static <T> T present(String name, T value) {
        if (value == null) {
            throw new ReleaseException(Refusal.MISSING_FIELD, "The release has no " + name + ".");
        }
        return value;
    }

    static String matching(String name, String value, Pattern pattern) {
        if (!pattern.matcher(present(name, value)).matches()) {
            throw wrong(name, value);
        }
        return value;
    }

    static String digest(String name, String value) {
        if (!SHA256.matcher(present(name, value)).matches()) {
            throw new ReleaseException(Refusal.WRONG_DIGEST, "The release's " + name + " is no SHA-256: " + RefName.printable(value));
        }
        return value;
    }

    static void require(boolean holds, String name, Object value) {
        if (!holds) {
            throw wrong(name, value);
        }
    }

    /** The list, copied; none for null. */
    static <T> List<T> list(String name, List<T> values, int most) {
        List<T> all = values == null ? List.of() : values;
        if (all.size() > most || all.stream().anyMatch(Objects::isNull)) {
            throw new ReleaseException(Refusal.WRONG_FIELD, "The release has " + all.size() + " " + name + ", or an empty one.");
        }
        return List.copyOf(all);
    }

    private static ReleaseException wrong(String name, Object value) {
        return new ReleaseException(Refusal.WRONG_FIELD, "The release's " + name + " cannot be " + RefName.printable(String.valueOf(value)) + ".");
    }
}
