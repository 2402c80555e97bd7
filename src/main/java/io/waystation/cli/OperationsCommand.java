package io.waystation.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code waystation operations}: what is being worked on. */
@Command(name = "operations", mixinStandardHelpOptions = true, description = "Lists, shows, follows and cancels operations.")
public final class OperationsCommand {
    @Spec
    private CommandSpec spec;

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists operations, newest first.")
    int list(@Mixin HubOptions hub, @Mixin Output output,
            @Option(names = "--kind", paramLabel = "KIND", description = "Only of this kind, such as update.") String kind,
            @Option(names = "--subject", paramLabel = "NAME", description = "Only about this subject, such as a subsystem.") String subject,
            @Option(names = "--project", paramLabel = "ID", description = "Only of this project.") String project,
            @Option(names = "--state", paramLabel = "STATE", description = "Only in this state: queued, held, running, succeeded, failed, cancelled, superseded, or open for the first three. Several are separated by commas.") String state,
            @Option(names = "--before", paramLabel = "ID", description = "Only older ones than this, to page on.") String before,
            @Option(names = "--limit", defaultValue = "50", paramLabel = "N", description = "At most so many, up to 1000 (default: 50).") int limit) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("kind", kind);
        query.put("subject", subject);
        query.put("project", project);
        query.put("state", state);
        query.put("before", before);
        query.put("limit", Integer.toString(limit));
        output.print(hub.connect().get("/api/operations", query), "operations", new Table()
                .column("ID", "id").column("KIND", "kind").column("SUBJECT", "subject").column("STATE", "state")
                .column("%", "percent").column("STEP", "step").column("ATTEMPTS", "attempts").column("CREATED", "created")
                .column("REASON", row -> Table.text(row.hasNonNull("reason") ? row.path("reason") : row.path("message"))));
        return ExitCode.OK;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one operation, or its log.")
    int show(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "ID", description = "The operation.") String id,
            @Option(names = "--log", description = "Prints the log instead.") boolean log) {
        HubClient client = hub.connect();
        if (log) {
            new LogPrinter(client, id).print();
        } else {
            output.print(client.get(path(id), Map.of()));
        }
        return ExitCode.OK;
    }

    @Command(name = "cancel", mixinStandardHelpOptions = true, description = "Ends an operation as soon as its work can stop.")
    int cancel(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "ID", description = "The operation.") String id,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for those who look at it later.") String reason) {
        JsonNode answer = hub.connect().post(path(id) + "/cancel", reason == null ? Map.of() : Map.of("reason", reason));
        String state = answer.path("state").asText();
        output.say(state.equals("cancelled") ? "cancelled" : "asked to stop; it is " + state, answer);
        return ExitCode.OK;
    }

    @Command(name = "follow", mixinStandardHelpOptions = true,
            description = "Prints what happens to an operation until it ends, and then ends with 0 if it succeeded, else with 1.")
    int follow(@Mixin HubOptions hub, @Parameters(paramLabel = "ID", description = "The operation.") String id,
            @Option(names = "--log", description = "Prints its log, too.") boolean log) {
        HubClient client = hub.connect();
        client.get(path(id), Map.of()); // one that is not there is said at once, and not asked for for ever
        PrintWriter out = spec.commandLine().getOut();
        LogPrinter printer = new LogPrinter(client, id);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        if (log) {
            clock.scheduleWithFixedDelay(printer::tryToPrint, 0, 1, TimeUnit.SECONDS);
        }
        JsonNode end;
        try {
            end = new OperationFollower(client, path(id), out).untilItEnds();
        } finally {
            clock.shutdownNow();
        }
        if (log) {
            printer.print();
        }
        return end.path("state").asText().equals("succeeded") ? ExitCode.OK : ExitCode.FAILED;
    }

    /** Prints a log, each line once. */
    private final class LogPrinter {
        private final HubClient client;
        private final String id;
        private long last;

        private LogPrinter(HubClient client, String id) {
            this.client = client;
            this.id = id;
        }

        private synchronized void print() {
            JsonNode page;
            do {
                page = client.get(path(id) + "/log", Map.of("after", Long.toString(last)));
                for (JsonNode line : page.path("lines")) {
                    last = line.path("line").asLong();
                    spec.commandLine().getOut().println(Table.text(line.path("text")));
                }
            } while (page.hasNonNull("next"));
            spec.commandLine().getOut().flush();
        }

        private void tryToPrint() {
            try {
                print();
            } catch (RuntimeException notNow) {
                spec.commandLine().getErr().println("the log is not to be had now: " + notNow.getMessage());
            }
        }
    }

    private static String path(String id) {
        return "/api/operations/" + HubClient.segment(id);
    }
}
