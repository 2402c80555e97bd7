package io.waystation.update.task;

import java.util.regex.Pattern;

/** Makes a line of a program's output safe to show: nothing in it steers a terminal or looks like a line of its own. */
final class OutputLine {
    /** CSI, OSC and the other escape sequences of terminals (ECMA-48). */
    private static final Pattern SEQUENCES = Pattern.compile(
            "(?:\u001B\\[|\u009B)[0-?]*[ -/]*[@-~]|\u001B\\][^\u0007\u001B]*(?:\u0007|\u001B\\\\)?|\u001B[ -/]*[0-~]?");
    /** Controls, line and paragraph separators, and those that turn the direction of text. */
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private OutputLine() {
    }

    static String clean(String line) {
        return CONTROLS.matcher(SEQUENCES.matcher(line.replace('\t', ' ')).replaceAll("")).replaceAll("").stripTrailing();
    }
}
