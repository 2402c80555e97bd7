package io.waystation.http;

import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;

/** Gives {@code platform-http} consumers that run on event loops or the bounded pool. */
public final class HubHttpEngine extends VertxPlatformHttpEngine {
    private final HubHttpServer server;

    HubHttpEngine(HubHttpServer server) {
        this.server = server;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return new HubHttpConsumer(endpoint, processor, server);
    }

    @Override
    public int getServerPort() {
        return server.getPort();
    }
}
