package io.waystation;

import io.waystation.cli.WaystationCommand;

/** Entry point: command line, then Camel Main. */
public final class Waystation {
    private Waystation() {
    }

    /** Starts the hub, or runs a command about one; ends the JVM with the command's exit code. */
    public static void main(String[] arguments) {
        System.exit(WaystationCommand.run(arguments));
    }
}
