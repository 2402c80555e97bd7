package io.waystation.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root command; without a subcommand it starts the hub, as {@code serve} does. */
@Command(name = "waystation", mixinStandardHelpOptions = true, description = "A durable webhook hub.",
        subcommands = ServeCommand.class)
public final class WaystationCommand {
    private WaystationCommand() {
    }

    /**
     * Runs a command line.
     *
     * @return exit code: 0 done, 1 failed, 2 wrong usage or setting
     */
    public static int run(String... arguments) {
        String[] effective = arguments.length == 0 ? new String[] {"serve"} : arguments;
        return new CommandLine(new WaystationCommand()).execute(effective);
    }
}
