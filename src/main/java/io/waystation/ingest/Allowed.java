package io.waystation.ingest;

import java.util.Locale;

/**
 * Allow-lists of characters for values that come out of a payload or a header: letters, digits and little
 * punctuation, so that none of them means anything to a shell, a URI, a path or a terminal.
 */
final class Allowed {
    private static final int LONGEST_TYPE = 160;
    private static final int LONGEST_NAME = 300;
    private static final int LONGEST_ID = 200;

    private Allowed() {
    }

    /** A word of an event type in lower case, other characters as underscores; null when there is none. */
    static String typeWord(String text) {
        if (text == null || text.isEmpty() || text.length() > LONGEST_TYPE) {
            return null;
        }
        StringBuilder word = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(isPlain(c) && !(c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.')) {
                word = word == null ? new StringBuilder(text) : word;
                word.setCharAt(i, c >= 'A' && c <= 'Z' ? (char) (c + 32) : '_');
            }
        }
        return word == null ? text : word.toString();
    }

    /** The same, or {@code unknown} when there is none. */
    static String eventWord(String text) {
        String word = typeWord(text);
        return word == null ? "unknown" : word;
    }

    /** An event type as its sender writes it, other characters as underscores; null when there is none. */
    static String type(String text) {
        if (text == null || text.isEmpty() || text.length() > LONGEST_TYPE) {
            return null;
        }
        StringBuilder type = new StringBuilder(text);
        for (int i = 0; i < type.length(); i++) {
            char c = type.charAt(i);
            if (!isPlain(c) && c != '_' && c != '-' && c != '.') {
                type.setCharAt(i, '_');
            }
        }
        return type.toString();
    }

    /** A URI reference of plain characters that cannot climb up a path; null when it is anything else. */
    static String uri(String text) {
        return text == null || text.isEmpty() || text.length() > LONGEST_NAME || text.contains("..")
                || !consistsOf(text, "._~-/:@") ? null : text;
    }

    /** A path of names, such as {@code owner/repository}; null unless every name is plain and none is a dot or two. */
    static String path(String text) {
        if (text == null || text.isEmpty() || text.length() > LONGEST_NAME || !consistsOf(text, "._~-/")) {
            return null;
        }
        for (String name : text.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                return null;
            }
        }
        return text;
    }

    /** A ref, tag, branch, number or issue key; null when it holds anything else than those usually do. */
    static String subject(String text) {
        return text == null || text.isEmpty() || text.length() > LONGEST_NAME || !consistsOf(text, "._~-/+@#=:,")
                ? null : text;
    }

    /** An identifier of printable ASCII without spaces; null when it is anything else. */
    static String id(String text) {
        if (text == null || text.isEmpty() || text.length() > LONGEST_ID) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
                return null;
            }
        }
        return text;
    }

    /** Lower case without regard to where the hub runs. */
    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    private static boolean consistsOf(String text, String punctuation) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPlain(text.charAt(i)) && punctuation.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
