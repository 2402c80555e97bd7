package io.waystation.update.lint;

import java.util.ArrayList;
import java.util.List;

/**
 * A command of a task.
 *
 * @param text as {@code task} hands it to its shell, templates and all
 * @param line where it begins in its file, from 1
 */
record Command(String text, int line) {
    /** Its lines, continued ones joined, without comments and blank ones. */
    List<Command> lines() {
        List<Command> lines = new ArrayList<>();
        StringBuilder joined = new StringBuilder();
        int begin = line;
        int at = line;
        for (String part : text.split("\n", -1)) {
            if (joined.isEmpty()) {
                begin = at;
            }
            at++;
            if (part.endsWith("\\")) {
                joined.append(part, 0, part.length() - 1).append(' ');
                continue;
            }
            joined.append(part);
            String whole = joined.toString().strip();
            if (!whole.isEmpty() && !whole.startsWith("#")) {
                lines.add(new Command(whole, begin));
            }
            joined.setLength(0);
        }
        if (!joined.toString().isBlank()) {
            lines.add(new Command(joined.toString().strip(), begin));
        }
        return lines;
    }
}
