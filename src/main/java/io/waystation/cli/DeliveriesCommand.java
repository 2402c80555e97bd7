package io.waystation.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code waystation deliveries}: what is owed to endpoints. */
@Command(name = "deliveries", mixinStandardHelpOptions = true, description = "Lists, shows and replays deliveries to endpoints.")
public final class DeliveriesCommand {
    private static final String PATH = "/api/deliveries";

    @Spec
    private CommandSpec spec;

    /** Which deliveries are meant. */
    static final class Which {
        @Option(names = "--endpoint", paramLabel = "ID", description = "Only those to this endpoint.")
        private String endpoint;

        @Option(names = "--event", paramLabel = "ID", description = "Only those of this event.")
        private String event;

        @Option(names = "--type", paramLabel = "PATTERN", description = "Only those of events of this type, while they are kept; * stands for any "
                + "characters.")
        private String type;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Only those with this text in their reason, such as timeout.")
        private String reason;

        @Option(names = "--since", paramLabel = "TIME", description = "Only those that changed since a time, or since so long ago, such as 2h.")
        private String since;

        @Option(names = "--until", paramLabel = "TIME", description = "Only those that changed before a time, or before so long ago.")
        private String until;

        private Map<String, String> fields() {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("endpoint", endpoint);
            fields.put("event", event);
            fields.put("type", type);
            fields.put("reason", reason);
            fields.put("since", since);
            fields.put("until", until);
            fields.values().removeIf(value -> value == null);
            return fields;
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists deliveries, newest first.")
    int list(@Mixin HubOptions hub, @Mixin Output output, @ArgGroup(exclusive = false) Which which,
            @Option(names = "--state", paramLabel = "STATE", description = "Only in this state: waiting, ready, running, succeeded, dead, "
                    + "cancelled or superseded.") String state,
            @Option(names = "--before", paramLabel = "NEXT", description = "Where to go on, as the page before named it.") String before,
            @Option(names = "--limit", defaultValue = "50", paramLabel = "N", description = "At most so many, up to 1000 (default: 50).") int limit) {
        Map<String, String> query = new LinkedHashMap<>(which == null ? Map.of() : which.fields());
        query.put("state", state);
        query.put("before", before);
        query.put("limit", Integer.toString(limit));
        output.print(hub.connect().get(PATH, query), "deliveries", new Table()
                .column("ID", "id").column("ENDPOINT", "endpoint").column("STATE", "state").column("ATTEMPTS", "attemptCount")
                .column("OWED", "owed").column("NEXT", "nextAt").column("REASON", "reason"));
        return ExitCode.OK;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one delivery with every attempt.")
    int show(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "ID", description = "The delivery.") String id) {
        output.print(hub.connect().get(PATH + "/" + HubClient.segment(id), Map.of()));
        return ExitCode.OK;
    }

    @Command(name = "replay", mixinStandardHelpOptions = true,
            description = "Sends dead letters again: those named, or those that the options choose. Prints how far that is until it ends.")
    int replay(@Mixin HubOptions hub, @Mixin Output output, @ArgGroup(exclusive = false) Which which,
            @Option(names = "--delivered", description = "Also those that were delivered or cancelled.") boolean delivered,
            @Option(names = "--from", paramLabel = "POSITION", description = "Only those from this position on.") String from,
            @Option(names = "--to", paramLabel = "POSITION", description = "Only those up to this position.") String to,
            @Option(names = "--rate", paramLabel = "N", description = "At most so many a second.") Double rate,
            @Option(names = "--dry-run", description = "Says which they would be and sends nothing.") boolean dryRun,
            @Parameters(paramLabel = "ID", arity = "0..*", description = "Deliveries to send again.") List<String> ids) {
        HubClient client = hub.connect();
        if (ids != null && !ids.isEmpty()) {
            for (String id : ids) {
                JsonNode answer = client.post(PATH + "/" + HubClient.segment(id) + "/replay", Map.of("delivered", delivered));
                output.say(id + " " + answer.path("state").asText(), answer);
            }
            return ExitCode.OK;
        }
        if (which == null && from == null && to == null) {
            throw new CommandFailure(ExitCode.USAGE,
                    "name deliveries, or say which with --endpoint, --event, --type, --reason, --since, --until, --from or --to");
        }
        Map<String, Object> body = new LinkedHashMap<>(which == null ? Map.of() : which.fields());
        body.put("from", from);
        body.put("to", to);
        body.put("rate", rate);
        body.put("states", delivered ? List.of("dead", "cancelled", "succeeded") : List.of("dead"));
        body.put("dryRun", dryRun);
        JsonNode answer = client.post(PATH + "/replay", body);
        int replayed = answer.path("replayed").asInt();
        if (answer.path("replayed").isNull()) {
            String path = "/api/operations/" + HubClient.segment(answer.path("operation").asText());
            JsonNode end = new OperationFollower(client, path, spec.commandLine().getOut()).untilItEnds();
            replayed = client.get(path, Map.of()).path("result").path("replayed").asInt();
            if (!end.path("state").asText().equals("succeeded")) {
                return ExitCode.FAILED;
            }
        }
        output.say(answer.path("found").asInt() + " found, " + replayed + " replayed", answer);
        return ExitCode.OK;
    }
}
