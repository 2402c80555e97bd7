package io.waystation.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.waystation.cli.client.DeadLetters;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code waystation dead-letters}: what pipelines could not process. */
@Command(name = "dead-letters", mixinStandardHelpOptions = true, description = "Lists, shows, queues again and discards dead letters.")
public final class DeadLettersCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists dead letters, newest first.")
    int list(@Mixin HubOptions hub, @Mixin Output output,
            @Option(names = "--client", paramLabel = "FOLDER", description = "Those of the client with this data folder, instead of a hub's.") Path clientFolder,
            @Option(names = "--group", paramLabel = "NAME", description = "Only of this group.") String group,
            @Option(names = "--channel", paramLabel = "NAME", description = "Only of this channel.") String channel,
            @Option(names = "--state", paramLabel = "dead|queued", description = "Only in this state.") String state,
            @Option(names = "--before", paramLabel = "ID", description = "Only older ones than this, to page on.") String before,
            @Option(names = "--limit", defaultValue = "50", paramLabel = "N", description = "At most so many, up to 1000 (default: 50).") int limit)
            throws IOException {
        if (clientFolder != null) {
            return listOfClient(clientFolder, output);
        }
        Map<String, String> query = new LinkedHashMap<>();
        query.put("group", group);
        query.put("channel", channel);
        query.put("state", state);
        query.put("before", before);
        query.put("limit", Integer.toString(limit));
        output.print(hub.connect().get("/api/dead-letters", query), "deadLetters", new Table()
                .column("ID", "id").column("GROUP", "group").column("STATE", "state").column("ATTEMPTS", "attempts")
                .column("TIME", "time").column("TYPE", row -> Table.text(row.path("event").path("type")))
                .column("REASON", "reason"));
        return ExitCode.OK;
    }

    private static int listOfClient(Path folder, Output output) throws IOException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode rows = answer.putArray("deadLetters");
        DeadLetters.of(folder).each(letter -> rows.addObject().put("id", letter.id()).put("step", letter.step())
                .put("time", letter.failedAt().toString()).put("type", letter.event().type()).put("reason", letter.reason()));
        output.print(answer, "deadLetters", new Table().column("ID", "id").column("STEP", "step").column("TIME", "time")
                .column("TYPE", "type").column("REASON", "reason"));
        return ExitCode.OK;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one dead letter with its event.")
    int show(@Mixin HubOptions hub, @Mixin Output output, @Parameters(paramLabel = "ID", description = "The dead letter.") String id) {
        output.print(hub.connect().get("/api/dead-letters/" + HubClient.segment(id), Map.of()));
        return ExitCode.OK;
    }

    @Command(name = "requeue", mixinStandardHelpOptions = true, description = "Lets the group that failed try again.")
    int requeue(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "ID", arity = "1..*", description = "The dead letters.") List<String> ids) {
        return each(hub, output, ids, "requeue", "queued ");
    }

    @Command(name = "discard", mixinStandardHelpOptions = true, description = "Deletes dead letters for good.")
    int discard(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "ID", arity = "1..*", description = "The dead letters.") List<String> ids) {
        return each(hub, output, ids, "discard", "discarded ");
    }

    private static int each(HubOptions hub, Output output, List<String> ids, String action, String done) {
        HubClient client = hub.connect();
        for (String id : ids) {
            client.post("/api/dead-letters/" + HubClient.segment(id) + "/" + action, Map.of());
            output.say(done + id, JsonNodeFactory.instance.objectNode().put("id", id).put("action", action));
        }
        return ExitCode.OK;
    }
}
