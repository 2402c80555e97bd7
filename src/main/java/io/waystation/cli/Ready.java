package io.waystation.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;

import io.waystation.channel.Channels;
import io.waystation.settings.Settings;
import io.waystation.store.DataFolder;

/** Tells the person who started the hub where it is and what to do next, once it answers. */
final class Ready extends MainListenerSupport {
    private final PrintStream out;

    Ready(PrintStream out) {
        this.out = out;
    }

    @Override
    public void afterStart(BaseMainSupport main) {
        CamelContext context = main.getCamelContext();
        String address = StartConfiguration.address(context);
        out.println("Waystation listens on " + address);
        if (Settings.of(context).flag("waystation.first-channel")) {
            Path data = context.getRegistry().lookupByNameAndType("dataFolder", DataFolder.class).root();
            Channels channels = context.getRegistry().lookupByNameAndType("channels", Channels.class);
            try {
                FirstChannel.of(data, channels).ifPresent(channel -> out.println(channel.describe(address, data, ConfigCommand.home())));
            } catch (IOException unwritable) {
                throw new CommandFailure(ExitCode.CANNOT_START, "cannot write to " + data + ": " + CommandFailure.reason(unwritable));
            }
        }
        out.flush();
    }
}
