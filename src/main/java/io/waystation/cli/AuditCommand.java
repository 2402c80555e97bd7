package io.waystation.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.waystation.update.change.ChangeException;
import io.waystation.update.change.Manifest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code waystation audit}: whether somebody has touched the record of what was installed. */
@Command(name = "audit", mixinStandardHelpOptions = true,
        description = "Follows the hash chain of .version-audit.jsonl and compares its end with .version-manifest.json. Needs no hub, and may run"
                + " beside one. Ends with 1 and says which line when something was changed, dropped or put in.")
public final class AuditCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", arity = "0..1", defaultValue = ".", description = "Folder with the Taskfile (default: the current one).")
    private Path project;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        if (!Files.exists(project.resolve(Manifest.FILE)) && !Files.exists(project.resolve(Manifest.AUDIT))) {
            throw new CommandFailure(ExitCode.USAGE, "there is no " + Manifest.FILE + " in " + project.toAbsolutePath().normalize());
        }
        Manifest.Verification found;
        try {
            found = Manifest.open(project, Clock.systemUTC()).verify();
        } catch (ChangeException unreadable) {
            throw new CommandFailure(ExitCode.FAILED, unreadable.getMessage());
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("sound", found.sound()).put("changes", found.changes());
        ArrayNode faults = answer.putArray("faults");
        found.faults().forEach(faults::add);
        String said = found.sound() ? found.changes() + " changes, and the manifest says what the last of them left"
                : String.join(System.lineSeparator(), found.faults());
        output.say(said, answer);
        return found.sound() ? ExitCode.OK : ExitCode.FAILED;
    }
}
