package io.waystation.update.task;

import java.util.regex.Pattern;

/**
 * What may reach {@code task}, as text. Everything else is refused, not escaped: a tag can be at once a shell command, a
 * template of {@code task}, an option and an assignment, and Taskfiles paste values into shell text as they are.
 */
final class TaskText {
    /** A name that begins with a dash would be an option, one with an equals sign a variable. */
    private static final Pattern TASK = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*(:[a-z0-9]+(-[a-z0-9]+)*)*");
    private static final Pattern VARIABLE = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");
    private static final Pattern VALUE = Pattern.compile("[0-9A-Za-z][0-9A-Za-z.+_/:@%=,-]{0,1023}");
    private static final int LONGEST_SHOWN = 60;

    private TaskText() {
    }

    /** The name of a task, such as {@code nats:bin:build}. */
    static String task(String name) {
        if (name == null || !TASK.matcher(name).matches()) {
            throw new IllegalArgumentException("a task is named by lower-case words joined by dashes and colons, not '" + shown(name) + "'");
        }
        return name;
    }

    /** The name of an environment variable that a step may set: none that steers programs instead of the task. */
    static String variable(String name) {
        if (!VARIABLE.matcher(name).matches() || name.startsWith("TASK_") || name.startsWith("LD_") || name.startsWith("DYLD_")
                || name.startsWith("GIT_") || name.equals("PATH") || name.equals("HOME") || name.equals("IFS") || name.equals("ENV")
                || name.startsWith("BASH_")) {
            throw new IllegalArgumentException("a step cannot set the environment variable '" + shown(name)
                    + "'; choose an upper-case name that no program takes for itself");
        }
        return name;
    }

    /** The value of such a variable: a version, a commit, an address or a name. */
    static String value(String variable, String value) {
        if (value == null || !VALUE.matcher(value).matches() || value.contains("..")) {
            throw new IllegalArgumentException("the value of " + variable + " is '" + shown(value)
                    + "'; it may hold letters, digits and .+_/:@%=,- and must begin with a letter or a digit");
        }
        return value;
    }

    private static String shown(String text) {
        if (text == null) {
            return "";
        }
        String start = text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "..." : text;
        return OutputLine.clean(start);
    }
}
