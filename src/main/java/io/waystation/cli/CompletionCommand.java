package io.waystation.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code waystation completion}: teaches the shell the commands. */
@Command(name = "completion", mixinStandardHelpOptions = true, description = {
    "Prints the completion script for bash and zsh.", "Use it with: source <(waystation completion)"})
public final class CompletionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.println(AutoComplete.bash("waystation", spec.root().commandLine()));
        out.flush();
        return ExitCode.OK;
    }
}
