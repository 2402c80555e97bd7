package io.waystation.update.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command as a shell reads it, as far as quotes go: where templates stand, and whether a quote stays open. Here-documents
 * are read over; a quote inside {@code $(...)} inside quotes counts as ending the outer one, as it begins again after it.
 */
final class ShellText {
    private static final Pattern HERE = Pattern.compile("<<-?\\s*(['\"]?)([A-Za-z_]\\w*)\\1");

    private final List<Template> templates = new ArrayList<>();
    private int openQuoteLine;

    /**
     * A template in a command.
     *
     * @param expression what stands between the braces
     * @param quote {@code '} or {@code "} when it stands in such quotes, else a space
     * @param line where, from 1
     */
    record Template(String expression, char quote, int line) {
    }

    private ShellText() {
    }

    static ShellText of(Command command) {
        ShellText text = new ShellText();
        text.scan(command.text(), command.line());
        return text;
    }

    List<Template> templates() {
        return List.copyOf(templates);
    }

    /** The line of a quote that is never closed, or 0. */
    int openQuoteLine() {
        return openQuoteLine;
    }

    private void scan(String text, int first) {
        char quote = ' ';
        int line = first;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '\n') {
                line++;
            } else if (text.startsWith("{{", i)) {
                int end = text.indexOf("}}", i);
                end = end < 0 ? text.length() : end;
                templates.add(new Template(text.substring(i + 2, end), quote, line));
                line += (int) text.substring(i, end).chars().filter(part -> part == '\n').count();
                i = end + 1;
            } else if (c == '\\' && quote != '\'') {
                line += i + 1 < text.length() && text.charAt(i + 1) == '\n' ? 1 : 0;
                i++;
            } else if (quote != ' ') {
                quote = c == quote ? ' ' : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
                openQuoteLine = line;
            } else if (c == '#' && (i == 0 || Character.isWhitespace(text.charAt(i - 1)))) {
                i = endOfLine(text, i) - 1;
            } else if (c == '<') {
                Matcher here = HERE.matcher(text).region(i, text.length());
                if (here.lookingAt()) {
                    int end = endOfDocument(text, here.end(), here.group(2));
                    line += (int) text.substring(i, end).chars().filter(part -> part == '\n').count();
                    i = end - 1;
                }
            }
            i++;
        }
        openQuoteLine = quote == ' ' ? 0 : openQuoteLine;
    }

    private static int endOfLine(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private static int endOfDocument(String text, int from, String word) {
        Matcher end = Pattern.compile("(?m)^\\s*" + Pattern.quote(word) + "$").matcher(text);
        return end.find(endOfLine(text, from)) ? end.end() : text.length();
    }
}
