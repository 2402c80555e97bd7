package io.waystation.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root command; without a subcommand it starts the hub, as {@code serve} does. */
@Command(name = "waystation", mixinStandardHelpOptions = true, description = "A durable webhook hub.",
        versionProvider = Version.class,
        subcommands = {ServeCommand.class, ClientCommand.class, SendCommand.class, EventsCommand.class, ChannelsCommand.class, TokensCommand.class,
            DeadLettersCommand.class, EndpointsCommand.class, DeliveriesCommand.class, WorkCommand.class, OperationsCommand.class, GroupsCommand.class, BackupCommand.class,
            UpdateCommands.Check.class, UpdateCommands.Plan.class, UpdateCommands.Why.class,
            UpdateCommands.Update.class, UpdateCommands.Approve.class, UpdateCommands.Reject.class, UpdateCommands.Rollback.class,
            UpdateCommands.Unquarantine.class, FleetCommand.class, LintCommand.class, AuditCommand.class, KeysCommand.class, ConfigCommand.class, CompletionCommand.class},
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
            return serve(Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length));
        }
        return commandLine().execute(arguments);
    }

    /** The other commands, and most often picocli, stay unloaded, which is a third of the time until the hub answers. */
    private static int serve(List<String> arguments) {
        Optional<ServeCommand> plain = ServeCommand.plain(arguments, System.getenv());
        if (plain.isEmpty()) {
            return prepare(new CommandLine(new ServeCommand()).setCommandName("waystation serve")).execute(arguments.toArray(String[]::new));
        }
        try {
            return plain.get().call();
        } catch (Exception cannotStart) {
            return FailureReport.report(cannotStart, new PrintWriter(System.err, true));
        }
    }

    /** The whole command line, ready to run. */
    static CommandLine commandLine() {
        return prepare(new CommandLine(new WaystationCommand()));
    }

    private static CommandLine prepare(CommandLine line) {
        return line.setExecutionExceptionHandler(new FailureReport());
    }
}
