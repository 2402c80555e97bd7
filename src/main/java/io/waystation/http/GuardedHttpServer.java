package io.waystation.http;

import java.util.function.BiConsumer;
import java.util.function.Consumer;

import io.netty.channel.Channel;
import io.netty.handler.traffic.GlobalTrafficShapingHandler;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.SslChannelProvider;

/**
 * A Vert.x HTTP server that shows each connection before anything is read from it, and takes {@link StrictRequests} only.
 *
 * <p>Vert.x announces a connection only when the headers of its first request are complete, too late to
 * notice one that never completes them.
 */
final class GuardedHttpServer extends HttpServerImpl {
    private final HttpServerOptions options;
    private final Consumer<Channel> accepted;

    GuardedHttpServer(VertxInternal vertx, HttpServerOptions options, Consumer<Channel> accepted) {
        super(vertx, options);
        this.options = options;
        this.accepted = accepted;
    }

    @Override
    protected BiConsumer<Channel, SslChannelProvider> childHandler(
            ContextInternal context, SocketAddress address, GlobalTrafficShapingHandler trafficShaping) {
        BiConsumer<Channel, SslChannelProvider> next = super.childHandler(context, address, trafficShaping);
        return (channel, ssl) -> {
            accepted.accept(channel);
            next.accept(channel, ssl);
            StrictRequests.watch(channel, options);
        };
    }
}
