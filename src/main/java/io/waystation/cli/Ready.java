package io.waystation.cli;

import java.io.PrintStream;

import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;

/** Tells the person who started the hub where it is and what to do next, once it answers. */
final class Ready extends MainListenerSupport {
    private final PrintStream out;

    Ready(PrintStream out) {
        this.out = out;
    }

    @Override
    public void afterStart(BaseMainSupport main) {
        out.println("Waystation listens on " + StartConfiguration.address(main.getCamelContext()));
        out.flush();
    }
}
