package io.waystation.update.change;

import java.time.Duration;
import java.util.List;

/**
 * Reloads with a command, such as {@code task reload PROC=nats} or {@code systemctl restart nats}. What the process does afterwards only the health check
 * and {@code /proc} can tell. Thread-safe.
 */
public final class CommandReload implements ProcessControl {
    private final CommandRunner runner;
    private final List<String> command;
    private final Duration timeout;

    /**
     * Reloads so.
     *
     * @param command program and arguments; {@code {process}} in an argument becomes the name of the process
     * @param timeout longest time it may take
     */
    public CommandReload(CommandRunner runner, List<String> command, Duration timeout) {
        this.runner = runner;
        this.command = List.copyOf(command);
        this.timeout = timeout;
    }

    @Override
    public void reload(String process) {
        CommandRunner.Ended ended = runner.run(command.stream().map(word -> word.replace("{process}", process)).toList(), timeout);
        if (ended.exitCode() != 0) {
            throw ChangeException.refused("reload-failed", "reloading " + process + " ended with "
                    + (ended.exitCode() < 0 ? "no exit within " + timeout : "exit code " + ended.exitCode()) + ": " + ended.lastLine());
        }
    }
}
