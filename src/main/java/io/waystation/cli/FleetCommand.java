package io.waystation.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code waystation fleet}: how far releases have come on the machines that take them. */
@Command(name = "fleet", mixinStandardHelpOptions = true, description = "Lists, shows, halts and resumes rollouts of releases to machines.")
public final class FleetCommand {
    private static final String PATH = "/api/fleet";

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists how far the newest release of each subsystem has come.")
    int list(@Mixin HubOptions hub, @Mixin Output output) {
        output.print(hub.connect().get(PATH, Map.of()), "rollouts", new Table()
                .column("SUBSYSTEM", "subsystem").column("VERSION", "version").column("ADMITS %", "admits").column("HALTED", "halted")
                .column("GOOD", row -> Table.text(row.at("/count/good"))).column("FAILED", row -> Table.text(row.at("/count/failed")))
                .column("SILENT", row -> Table.text(row.at("/count/silent"))).column("WAITING", row -> Table.text(row.at("/count/waiting")))
                .column("REASON", "reason"));
        return ExitCode.OK;
    }

    @Command(name = "show", mixinStandardHelpOptions = true,
            description = "Shows the rollout of one subsystem, and what machines last said of it.")
    int show(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "SUBSYSTEM", description = "The subsystem.") String subsystem,
            @Option(names = "--state", paramLabel = "STATE", description = "Only machines that said current, updated, rolled-back or failed.") String state,
            @Option(names = "--limit", defaultValue = "100", paramLabel = "N", description = "At most so many machines, up to 10000 (default: 100).") int limit) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("state", state);
        query.put("limit", Integer.toString(limit));
        output.printWithRows(hub.connect().get(PATH + "/" + HubClient.segment(subsystem), query), "machines", new Table()
                .column("MACHINE", "machine").column("STATE", "state").column("VERSION", "version").column("SAID", "said")
                .column("LAST SEEN", "lastSeen").column("REASON", "reason"));
        return ExitCode.OK;
    }

    @Command(name = "halt", mixinStandardHelpOptions = true,
            description = "Stops the newest release of a subsystem at once: no machine begins it any more; who has it keeps it.")
    int halt(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "SUBSYSTEM", description = "The subsystem.") String subsystem,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for whoever looks later.") String reason) {
        JsonNode answer = hub.connect().post(PATH + "/" + HubClient.segment(subsystem) + "/halt", reason == null ? Map.of() : Map.of("reason", reason));
        output.say(subsystem + " " + answer.path("version").asText() + " is halted at " + answer.path("admits").asText() + " %", answer);
        return ExitCode.OK;
    }

    @Command(name = "resume", mixinStandardHelpOptions = true,
            description = "Lets a halted release go on. Failures so far do not count against it any more.")
    int resume(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "SUBSYSTEM", description = "The subsystem.") String subsystem) {
        JsonNode answer = hub.connect().post(PATH + "/" + HubClient.segment(subsystem) + "/resume", Map.of());
        output.say(subsystem + " " + answer.path("version").asText() + " goes on at " + answer.path("admits").asText() + " %", answer);
        return ExitCode.OK;
    }

    @Command(name = "forget", mixinStandardHelpOptions = true,
            description = "Forgets machines and their keys: they do not count any more, and may enrol anew.")
    int forget(@Mixin HubOptions hub, @Mixin Output output,
            @Parameters(paramLabel = "MACHINE", arity = "1..*", description = "The machines.") List<String> machines) {
        HubClient client = hub.connect();
        for (String machine : machines) {
            client.delete(PATH + "/machines/" + HubClient.segment(machine));
            output.say("forgot " + machine, JsonNodeFactory.instance.objectNode().put("machine", machine));
        }
        return ExitCode.OK;
    }
}
