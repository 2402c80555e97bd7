package io.waystation.event;

import java.util.List;

/** Patterns in which an asterisk stands for any characters. Stateless. */
public final class Glob {
    private Glob() {
    }

    /** Whether any of the patterns fits; none at all fit everything. */
    public static boolean anyFits(List<String> patterns, String text) {
        if (patterns.isEmpty()) {
            return true;
        }
        for (String pattern : patterns) {
            if (fits(pattern, text)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a pattern fits a whole text; linear in practice: goes back to the last asterisk only. */
    public static boolean fits(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
