package io.waystation.http;

import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.support.service.ServiceHelper;

/** What Camel Main knows as its HTTP server: starts ours in place of its own. */
public final class HubMainHttpServer extends MainHttpServer {
    private final HubHttpServer server;

    HubMainHttpServer(VertxPlatformHttpServerConfiguration configuration, HubHttpServer server) {
        setConfiguration(configuration);
        this.server = server;
    }

    HubHttpServer server() {
        return server;
    }

    @Override
    public VertxPlatformHttpRouter getRouter() {
        return VertxPlatformHttpRouter.lookup(
                getCamelContext(), VertxPlatformHttpRouter.getRouterNameFromPort(getPort()));
    }

    @Override
    protected void doInit() throws Exception {
        getCamelContext().addService(server);
    }

    @Override
    protected void doStart() throws Exception {
        ServiceHelper.startService(server);
        getCamelContext().getComponent("platform-http");
    }
}
