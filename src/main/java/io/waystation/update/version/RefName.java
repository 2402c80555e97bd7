package io.waystation.update.version;

import java.util.Optional;

import org.eclipse.jgit.lib.Repository;

/**
 * The only names of tags and branches that go further than a refusal.
 *
 * <p>Git itself stores names such as {@code $(id)}, {@code {{.TOKEN}}}, {@code --upload-pack=id} or {@code v1=2}: at once a
 * shell command, a template, an option and a variable assignment for whatever runs next. Names are therefore allowed by
 * what they are, never cleaned by what they contain.
 */
public final class RefName {
    private static final int LONGEST = 128;
    private static final int SHOWN = 80;

    private RefName() {
    }

    /**
     * What is wrong with a name, or empty when it may be used.
     *
     * @param name tag or branch without {@code refs/tags/} or {@code refs/heads/}
     * @return the rest of a sentence that starts with the name
     */
    public static Optional<String> problem(String name) {
        if (name.isEmpty()) {
            return Optional.of("is empty");
        }
        if (name.length() > LONGEST) {
            return Optional.of("has " + name.length() + " characters; at most " + LONGEST + " are allowed");
        }
        if (name.charAt(0) == '-') {
            return Optional.of("begins with a dash, as an option does");
        }
        if (!isAllowed(name)) {
            return Optional.of("has characters other than ASCII letters, digits and . + _ / -, or does not begin with a letter or digit");
        }
        if (name.contains("..") || !Repository.isValidRefName("refs/tags/" + name)) {
            return Optional.of("is no well-formed name of a Git ref");
        }
        return Optional.empty();
    }

    /** A loop and not a regular expression: an upstream may have a hundred thousand tags. */
    private static boolean isAllowed(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            if (!plain && (i == 0 || ".+_/-".indexOf(c) < 0)) {
                return false;
            }
        }
        return true;
    }

    /** A name as it may stand in a log line, a page or a terminal: printable ASCII, the rest escaped, cut when long. */
    public static String printable(String name) {
        StringBuilder shown = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            if (shown.length() >= SHOWN) {
                return shown.append("...").toString();
            }
            char c = name.charAt(i);
            if (c > ' ' && c < 0x7f) {
                shown.append(c);
            } else {
                shown.append(String.format("\\u%04x", (int) c));
            }
        }
        return shown.toString();
    }
}
