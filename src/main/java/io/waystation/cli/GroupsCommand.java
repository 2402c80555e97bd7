package io.waystation.cli;

import java.util.Map;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code waystation groups}: how far each pipeline is. */
@Command(name = "groups", mixinStandardHelpOptions = true, description = "Lists and forgets groups.")
public final class GroupsCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = {
        "Lists groups with their lag, dead letters and lost events.",
        "The log keeps events also for a group that is not running, which no route consumes now.",
        "LOST counts the events that were gone before the group had read them; --json says which."})
    int list(@Mixin HubOptions hub, @Mixin Output output) {
        output.print(hub.connect().get("/api/groups", Map.of()), "groups", new Table()
                .column("NAME", "name").column("DONE UP TO", "lowWater").column("LAG", "lag")
                .column("DEAD LETTERS", "deadLetters").column("LOST", GroupsCommand::lost).column("RUNNING", "running")
                .column("UPDATED", "updated"));
        return ExitCode.OK;
    }

    @Command(name = "forget", mixinStandardHelpOptions = true, description = {
        "Forgets a group that no route consumes any more, so that the log keeps no events for it.",
        "Its dead letters stay. A route that consumes it later starts it as a new group."})
    int forget(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "NAME", description = "Name of the group.") String name) {
        hub.connect().delete("/api/groups/" + HubClient.segment(name));
        output.say("forgot " + name, JsonNodeFactory.instance.objectNode().put("forgot", name));
        return ExitCode.OK;
    }

    private static String lost(JsonNode group) {
        return Long.toString(StreamSupport.stream(group.path("gaps").spliterator(), false)
                .mapToLong(gap -> gap.path("lost").asLong()).sum());
    }
}
