package io.waystation.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code waystation work}: the durable queues and what is in them. */
@Command(name = "work", mixinStandardHelpOptions = true,
        description = "Lists, shows, cancels, replays and discards items of work queues.")
public final class WorkCommand {
    @Command(name = "queues", mixinStandardHelpOptions = true, description = "Lists queues with how many items are in which state.")
    int queues(@Mixin HubOptions hub, @Mixin Output output) {
        output.print(hub.connect().get("/api/work/queues", Map.of()), "queues", new Table()
                .column("NAME", "name").column("WAITING", "waiting").column("READY", "ready").column("RUNNING", "running")
                .column("DEAD", "dead").column("OLDEST READY, S", "oldestAgeSeconds").column("CONSUMED", "consumed"));
        return ExitCode.OK;
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists items, newest first.")
    int list(@Mixin HubOptions hub, @Mixin Output output,
            @Option(names = "--queue", paramLabel = "NAME", description = "Only of this queue.") String queue,
            @Option(names = "--key", paramLabel = "KEY", description = "Only of this key.") String key,
            @Option(names = "--state", paramLabel = "STATE", description = "Only in this state: waiting, ready, running, "
                    + "succeeded, dead, cancelled or superseded.") String state,
            @Option(names = "--id", paramLabel = "ID", description = "Only the one with this id; needs --queue.") String id,
            @Option(names = "--before", paramLabel = "NUMBER", description = "Only older ones than this, to page on.") String before,
            @Option(names = "--limit", defaultValue = "50", paramLabel = "N", description = "At most so many, up to 1000 (default: 50).") int limit) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("queue", queue);
        query.put("key", key);
        query.put("state", state);
        query.put("id", id);
        query.put("before", before);
        query.put("limit", Integer.toString(limit));
        output.print(hub.connect().get("/api/work/items", query), "items", new Table()
                .column("NUMBER", "number").column("QUEUE", "queue").column("KEY", "key").column("STATE", "state")
                .column("ATTEMPTS", "attempts").column("CAUSES", "causes").column("ADDED", "added").column("NEXT", "nextAt")
                .column("REASON", "reason"));
        return ExitCode.OK;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one item with its causes, headers and body.")
    int show(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "NUMBER", description = "The item.") String number) {
        output.print(hub.connect().get("/api/work/items/" + HubClient.segment(number), Map.of()));
        return ExitCode.OK;
    }

    @Command(name = "cancel", mixinStandardHelpOptions = true,
            description = "Cancels items; those that run are told to stop.")
    int cancel(@Mixin HubOptions hub, @Mixin Output output,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for whoever looks later.") String reason,
            @Parameters(paramLabel = "NUMBER", arity = "1..*", description = "The items.") List<String> numbers) {
        return each(hub, output, numbers, "cancel", reason == null ? Map.of() : Map.of("reason", reason));
    }

    @Command(name = "replay", mixinStandardHelpOptions = true, description = "Runs dead letters, or cancelled items, again.")
    int replay(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "NUMBER", arity = "1..*", description = "The items.") List<String> numbers) {
        return each(hub, output, numbers, "replay", Map.of());
    }

    @Command(name = "discard", mixinStandardHelpOptions = true, description = "Deletes dead letters, or cancelled items, for good.")
    int discard(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "NUMBER", arity = "1..*", description = "The items.") List<String> numbers) {
        return each(hub, output, numbers, "discard", Map.of());
    }

    private static int each(HubOptions hub, Output output, List<String> numbers, String action, Map<String, String> body) {
        HubClient client = hub.connect();
        for (String number : numbers) {
            JsonNode answer = client.post("/api/work/items/" + HubClient.segment(number) + "/" + action, body);
            output.say(number + " " + answer.path("state").asText("discarded"), answer);
        }
        return ExitCode.OK;
    }
}
