package io.waystation.cli;

import java.util.Arrays;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root command; without a subcommand it starts the hub, as {@code serve} does. */
@Command(name = "waystation", mixinStandardHelpOptions = true, description = "A durable webhook hub.",
        versionProvider = Version.class,
        subcommands = {ServeCommand.class, ClientCommand.class, SendCommand.class, EventsCommand.class, ChannelsCommand.class, TokensCommand.class,
            DeadLettersCommand.class, WorkCommand.class, OperationsCommand.class, GroupsCommand.class, BackupCommand.class,
            UpdateCommands.Check.class, UpdateCommands.Plan.class, UpdateCommands.Why.class,
            UpdateCommands.Update.class, UpdateCommands.Approve.class, UpdateCommands.Reject.class, UpdateCommands.Rollback.class,
            UpdateCommands.Unquarantine.class, FleetCommand.class, LintCommand.class, KeysCommand.class, ConfigCommand.class, CompletionCommand.class},
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:the command ran and failed", "2:wrong usage, or a wrong setting",
            "3:the hub cannot start: its port, data folder, data format or routes", "4:no hub answers",
            "5:the hub refused"})
public final class WaystationCommand {
    private static final String SERVE = "serve";

    private WaystationCommand() {
    }

    /**
     * Runs a command line.
     *
     * @return exit code, see {@link ExitCode}
     */
    public static int run(String... arguments) {
        if (arguments.length == 0 || arguments[0].equals(SERVE)) {
            // the other commands stay unloaded, which is a quarter of the time until the hub answers
            return prepare(new CommandLine(new ServeCommand()).setCommandName("waystation serve"))
                    .execute(Arrays.copyOfRange(arguments, Math.min(1, arguments.length), arguments.length));
        }
        return commandLine().execute(arguments);
    }

    /** The whole command line, ready to run. */
    static CommandLine commandLine() {
        return prepare(new CommandLine(new WaystationCommand()));
    }

    private static CommandLine prepare(CommandLine line) {
        return line.setExecutionExceptionHandler(new FailureReport());
    }
}
