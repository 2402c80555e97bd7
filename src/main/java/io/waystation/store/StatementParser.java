package io.waystation.store;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.TemplateEngine;

/**
 * Finds {@code :name} and {@code ?} in statements, and puts defined texts in place of {@code <name>}. What stands in quotes and
 * comments stays as it is.
 *
 * <p>JDBI does the same with two generated parsers that take longer to load than all our statements to run. Thread-safe.
 */
final class StatementParser implements SqlParser, TemplateEngine {
    private static final int MOST_KNOWN = 2_000;

    private final Map<String, ParsedSql> known = new ConcurrentHashMap<>();

    @Override
    public ParsedSql parse(String sql, StatementContext context) {
        ParsedSql parsed = known.get(sql);
        if (parsed == null) {
            parsed = parse(sql);
            if (known.size() < MOST_KNOWN) {
                known.put(sql, parsed);
            }
        }
        return parsed;
    }

    @Override
    public String nameParameter(String name, StatementContext context) {
        return ":" + name;
    }

    @Override
    public String render(String template, StatementContext context) {
        StringBuilder rendered = null;
        int done = 0;
        for (int at = template.indexOf('<'); at >= 0; at = template.indexOf('<', at + 1)) {
            int end = nameEnd(template, at + 1);
            if (end > at + 1 && end < template.length() && template.charAt(end) == '>') {
                String name = template.substring(at + 1, end);
                Object value = context.getAttribute(name);
                if (value == null) {
                    throw new IllegalStateException("nothing is defined for <" + name + "> in: " + template);
                }
                rendered = rendered == null ? new StringBuilder(template.length() + 64) : rendered;
                rendered.append(template, done, at).append(value);
                done = end + 1;
            }
        }
        return rendered == null ? template : rendered.append(template, done, template.length()).toString();
    }

    private static ParsedSql parse(String sql) {
        ParsedSql.Builder parsed = ParsedSql.builder();
        int done = 0;
        int at = 0;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            int skipped = skip(sql, at, c);
            int end = c == ':' ? nameEnd(sql, at + 1) : at + 1;
            if (skipped > at) {
                at = skipped;
            } else if (c == '?' || c == ':' && end > at + 1) {
                parsed.append(sql.substring(done, at));
                if (c == '?') {
                    parsed.appendPositionalParameter();
                } else {
                    parsed.appendNamedParameter(sql.substring(at + 1, end));
                }
                at = end;
                done = end;
            } else {
                at++;
            }
        }
        return parsed.append(sql.substring(done)).build();
    }

    /** Behind the quoted text, the comment or the cast that begins here; else here. */
    private static int skip(String sql, int at, char c) {
        return switch (c) {
            case '\'', '"' -> behind(sql, sql.indexOf(c, at + 1), 1);
            case '-' -> sql.startsWith("--", at) ? behind(sql, sql.indexOf('\n', at), 1) : at;
            case '/' -> sql.startsWith("/*", at) ? behind(sql, sql.indexOf("*/", at + 2), 2) : at;
            case ':' -> sql.startsWith("::", at) ? at + 2 : at;
            default -> at;
        };
    }

    private static int behind(String sql, int found, int length) {
        return found < 0 ? sql.length() : found + length;
    }

    private static int nameEnd(String text, int from) {
        int end = from;
        while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_' || text.charAt(end) == '.')) {
            end++;
        }
        return end;
    }
}
