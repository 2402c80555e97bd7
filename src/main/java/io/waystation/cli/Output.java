package io.waystation.cli;

import java.io.IOException;
import java.io.PrintWriter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a command prints what it was told: a table for people, or JSON for programs. */
public final class Output {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Prints rows as a table, or the whole answer as JSON. */
    void print(JsonNode answer, String rows, Table table) {
        if (json) {
            printJson(answer);
        } else {
            table.print(out(), answer.path(rows));
        }
    }

    /** Prints rows made for people as a table, or the whole answer as JSON. */
    void print(JsonNode answer, JsonNode made, String rows, Table table) {
        if (json) {
            printJson(answer);
        } else {
            table.print(out(), made.path(rows));
        }
    }

    /** Prints rows made for people as a table with a line below it, or the whole answer as JSON. */
    void print(JsonNode answer, JsonNode made, String rows, Table table, String line) {
        print(answer, made, rows, table);
        if (!json) {
            out().println(line);
            out().flush();
        }
    }

    /** Prints one thing as JSON, or as a line per field. */
    void print(JsonNode thing) {
        print(thing, thing);
    }

    /** Prints one thing as JSON, or what was made of it for people as a line per field. */
    void print(JsonNode thing, JsonNode made) {
        if (json) {
            printJson(thing);
            return;
        }
        printFields(made, "");
        out().flush();
    }

    /** Prints one thing as JSON, or as a line per field and then its rows as a table. */
    void printWithRows(JsonNode thing, String rows, Table table) {
        if (json) {
            printJson(thing);
            return;
        }
        printFields(thing, rows);
        out().println();
        table.print(out(), thing.path(rows));
    }

    private void printFields(JsonNode thing, String without) {
        thing.fields().forEachRemaining(field -> {
            if (field.getKey().equals(without)) {
                return;
            }
            String value = field.getValue().isObject() ? "" : " " + Table.text(field.getValue());
            out().println(field.getKey() + ":" + value);
            if (field.getValue().isObject()) {
                field.getValue().fields().forEachRemaining(
                        inner -> out().println("  " + Table.text(JSON.valueToTree(inner.getKey())) + ": " + Table.text(inner.getValue())));
            }
        });
    }

    /** Prints a line for people, or JSON. */
    void say(String line, JsonNode answer) {
        if (json) {
            printJson(answer);
        } else {
            out().println(line);
            out().flush();
        }
    }

    private void printJson(JsonNode answer) {
        try {
            out().println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer));
            out().flush();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
