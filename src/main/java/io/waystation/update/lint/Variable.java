package io.waystation.update.lint;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A variable of a Taskfile.
 *
 * @param name its name
 * @param value what is written there; empty when a command or a reference makes it
 * @param literal whether the value is written there
 * @param line where, from 1
 */
record Variable(String name, String value, boolean literal, int line) {
    private static final Pattern TEMPLATE = Pattern.compile("\\{\\{(.*?)}}", Pattern.DOTALL);
    private static final Pattern USE = Pattern.compile("(?<![\\w\"])\\.([A-Za-z_]\\w*)");

    /** Names of variables that a text's templates use. */
    static Set<String> uses(String text) {
        Set<String> names = new TreeSet<>();
        Matcher template = TEMPLATE.matcher(text);
        while (template.find()) {
            Matcher use = USE.matcher(template.group(1).replaceAll("\"[^\"]*\"|`[^`]*`", "\"\""));
            while (use.find()) {
                names.add(use.group(1));
            }
        }
        return names;
    }

    /** Whether the caller's value wins, as in {@code '{{.X | default "v1"}}'}. */
    boolean canBeSet() {
        return !literal || uses(value).contains(name);
    }
}
