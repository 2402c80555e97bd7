package io.waystation.cli;

import java.util.Map;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code waystation groups}: how far each pipeline is. */
@Command(name = "groups", mixinStandardHelpOptions = true, description = "Lists groups.")
public final class GroupsCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists groups with their lag and dead letters.")
    int list(@Mixin HubOptions hub, @Mixin Output output) {
        output.print(hub.connect().get("/api/groups", Map.of()), "groups", new Table()
                .column("NAME", "name").column("DONE UP TO", "lowWater").column("LAG", "lag")
                .column("DEAD LETTERS", "deadLetters").column("RUNNING", "running").column("UPDATED", "updated"));
        return ExitCode.OK;
    }
}
