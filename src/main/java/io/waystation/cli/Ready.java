package io.waystation.cli;

import java.io.PrintStream;

import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
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
        VertxPlatformHttpServer server = main.getCamelContext().hasService(VertxPlatformHttpServer.class);
        if (server != null) {
            String host = main.getCamelContext().resolvePropertyPlaceholders("{{waystation.host}}");
            out.println("Waystation listens on " + address(host, server.getPort()));
            out.flush();
        }
    }

    /** Address to open on this machine; a wildcard address is shown as loopback. */
    static String address(String host, int port) {
        String shown = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
        return "http://" + (shown.contains(":") ? "[" + shown + "]" : shown) + ":" + port;
    }
}
