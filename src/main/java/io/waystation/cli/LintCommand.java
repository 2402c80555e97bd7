package io.waystation.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.waystation.update.lint.Finding;
import io.waystation.update.lint.TaskfileLint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code waystation lint}: what in a project's Taskfiles stands in the way of updates. */
@Command(name = "lint", mixinStandardHelpOptions = true,
        description = "Finds what in the Taskfiles of a project, and in its process-compose file, would make updates fail or do nothing."
                + " Runs nothing and needs no hub. Ends with 1 when there are errors.")
public final class LintCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", arity = "0..1", defaultValue = ".", description = "Folder with the Taskfile (default: the current one).")
    private Path project;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws IOException {
        if (!Files.isDirectory(project)) {
            throw new CommandFailure(ExitCode.USAGE, project + " is no folder");
        }
        TaskfileLint.Outcome outcome = TaskfileLint.check(project);
        if (outcome.files().isEmpty() && outcome.findings().isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "there is no Taskfile in " + project.toAbsolutePath().normalize());
        }
        long warnings = outcome.findings().size() - outcome.errors();
        StringBuilder text = new StringBuilder();
        ArrayNode findings = JsonNodeFactory.instance.arrayNode();
        for (Finding finding : outcome.findings()) {
            String severity = finding.severity().name().toLowerCase(Locale.ROOT);
            text.append(finding.file()).append(':').append(finding.line()).append(": ").append(severity).append(' ').append(finding.rule())
                    .append(finding.subject().isEmpty() ? "" : " (" + finding.subject() + ")").append(": ").append(finding.message())
                    .append("; ").append(finding.fix()).append(System.lineSeparator());
            findings.addObject().put("rule", finding.rule()).put("severity", severity).put("file", finding.file())
                    .put("line", finding.line()).put("subject", finding.subject()).put("message", finding.message()).put("fix", finding.fix());
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.putPOJO("files", outcome.files());
        answer.set("findings", findings);
        answer.put("errors", outcome.errors()).put("warnings", warnings);
        output.say(text + "" + outcome.errors() + " errors and " + warnings + " warnings in " + outcome.files().size() + " files", answer);
        return outcome.errors() > 0 ? ExitCode.FAILED : ExitCode.OK;
    }
}
