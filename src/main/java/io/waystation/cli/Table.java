package io.waystation.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;

/** Prints the rows of an answer in aligned columns, for people. */
final class Table {
    private final List<String> titles = new ArrayList<>();
    private final List<Function<JsonNode, String>> cells = new ArrayList<>();

    /** A column of a field; absent values are a hyphen. */
    Table column(String title, String field) {
        return column(title, row -> text(row.path(field)));
    }

    /** A column of anything a row tells. */
    Table column(String title, Function<JsonNode, String> cell) {
        titles.add(title);
        cells.add(cell);
        return this;
    }

    /** Prints a header line and a line per row. */
    void print(PrintWriter out, JsonNode rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(titles);
        rows.forEach(row -> lines.add(cells.stream().map(cell -> cell.apply(row)).toList()));
        List<Integer> widths = new ArrayList<>(Collections.nCopies(titles.size(), 0));
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                widths.set(i, Math.max(widths.get(i), line.get(i).length()));
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                text.append(line.get(i)).append(" ".repeat(widths.get(i) - line.get(i).length() + 2));
            }
            out.println(text.toString().stripTrailing());
        }
        out.flush();
    }

    /** A value as a person reads it: control characters of payloads never reach the terminal. */
    static String text(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "-";
        }
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(part -> parts.add(text(part)));
            return parts.isEmpty() ? "-" : String.join(",", parts);
        }
        String text = value.isValueNode() ? value.asText() : value.toString();
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
