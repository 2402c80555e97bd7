package io.waystation.http;

import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.http.impl.Http2ServerConnection;
import io.waystation.settings.InvalidSettingException;
import io.waystation.store.Meters;
import io.waystation.store.StartupException;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupListener;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.support.LifecycleStrategySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server under {@code platform-http}: several event loops on one port.
 *
 * <p>The port opens when the Camel context has started and closes before anything else stops.
 */
public final class HubHttpServer extends VertxPlatformHttpServer implements StartupListener {
    private static final Logger LOG = LoggerFactory.getLogger(HubHttpServer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final VertxPlatformHttpServerConfiguration configuration;
    private final HttpSettings settings;
    private final RefusedRequests refused;
    private final RouteTable routes = new RouteTable();
    private final Map<EventLoop, Connections> connections = new ConcurrentHashMap<>();
    private final List<GuardedHttpServer> servers = new CopyOnWriteArrayList<>();
    private Dispatcher dispatcher;
    private RouterHandlers handlers;
    private String openPath = "/observe/health/live";
    private String operatorPath = "/observe/jolokia";
    private List<PathPattern> coming;
    private boolean ownVertx;
    private volatile Channel listening;
    private volatile String deployment;

    HubHttpServer(VertxPlatformHttpServerConfiguration configuration, HttpSettings settings,
            RefusedRequests refused) {
        super(configuration);
        this.configuration = configuration;
        this.settings = settings;
        this.refused = refused;
    }

    HttpSettings settings() {
        return settings;
    }

    RouteTable routes() {
        return routes;
    }

    /**
     * Lets requests wait whose routes are not up yet: those for one of the addresses, and those that no route that is up answers.
     * Call it before the server starts, and {@link #release} when all routes are up.
     *
     * @param addresses paths of the routes to come, as routes write them
     */
    public void holdBack(List<String> addresses) {
        coming = addresses.stream().map(address -> PathPattern.of(address, false)).toList();
    }

    /** Hands every request that waits to its route, and lets none wait from now on. Thread-safe. */
    public void release() {
        dispatcher.release();
    }

    void guard(String open, String operator) {
        openPath = open;
        operatorPath = operator;
        if (handlers != null) {
            handlers.guard(open, operator);
        }
    }

    /** Runs something after a while, if the server still runs. */
    void later(Duration delay, Runnable action) {
        Vertx vertx = getVertx();
        if (vertx != null) {
            vertx.setTimer(delay.toMillis(), timer -> action.run());
        }
    }

    @Override
    protected Vertx createVertxInstance() {
        ownVertx = true;
        return Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(settings.eventLoops())
                .setDisableTCCL(true)
                .setFileSystemOptions(new FileSystemOptions()
                        .setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    }

    @Override
    protected void initializeServer() {
        super.initializeServer();
        CamelContext context = getCamelContext();
        VertxPlatformHttpRouter router = VertxPlatformHttpRouter.lookup(
                context, VertxPlatformHttpRouter.getRouterNameFromPort(configuration.getPort()));
        dispatcher = new Dispatcher(settings, routes, refused);
        handlers = new RouterHandlers(router, dispatcher,
                () -> context.getRegistry().lookupByNameAndType(Access.NAME, Access.class));
        handlers.guard(openPath, operatorPath);
        dispatcher.setOthers(handlers);
        if (coming != null) {
            dispatcher.hold(coming);
        }
    }

    @Override
    protected void startServer() throws Exception {
        CamelContext context = getCamelContext();
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopping(CamelContext stopping) {
                drain();
            }
        });
        if (context.isStarted()) {
            open();
        } else {
            context.addStartupListener(this);
        }
    }

    @Override
    public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
        // not yet: routes may still be starting
    }

    @Override
    public void onCamelContextFullyStarted(CamelContext context, boolean alreadyStarted) {
        if (deployment == null && isRunAllowed()) {
            open();
        }
    }

    private void open() {
        int port = configuration.getBindPort();
        String host = configuration.getBindHost();
        settings.tls().ifPresent(this::requirePair);
        try {
            deployment = await(getVertx().deployVerticle(Listener::new,
                    new DeploymentOptions().setInstances(settings.eventLoops())));
        } catch (RuntimeException e) {
            throw bindFailure(host, port, e);
        }
        settings.tls().ifPresent(tls -> new TlsReload(getVertx(), tls, servers.get(0)).start());
        bindMeters(Meters.of(getCamelContext()));
        LOG.info("Listening on {}://{}:{} with {} event loops",
                settings.tls().isPresent() ? "https" : "http", host, getPort(), settings.eventLoops());
    }

    private void requirePair(HttpSettings.Tls tls) {
        try {
            TlsReload.requirePair(getVertx(), tls);
        } catch (InvalidSettingException noPair) {
            throw noPair;
        } catch (Exception unusable) {
            throw new InvalidSettingException("waystation.http.tls-certificate", "and waystation.http.tls-key cannot be used: "
                    + tls.certificate() + ", " + tls.key() + ": " + unusable.getMessage());
        }
    }

    private static StartupException bindFailure(String host, int port, RuntimeException failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (cause instanceof BindException && String.valueOf(cause.getMessage()).contains("in use")) {
            return new StartupException("port-in-use", "port " + port + " of " + host
                    + " is in use by another process; stop it or choose another with --port", cause);
        }
        return new StartupException("cannot-listen",
                "cannot listen on port " + port + " of " + host + ": " + cause.getMessage(), cause);
    }

    /** One event loop's share of the port. */
    private final class Listener extends AbstractVerticle {
        @Override
        public void start(Promise<Void> started) {
            GuardedHttpServer server = new GuardedHttpServer(
                    (VertxInternal) vertx, HttpServerSettings.of(settings), HubHttpServer.this::accept);
            server.requestHandler(dispatcher);
            server.invalidRequestHandler(dispatcher::malformed);
            server.connectionHandler(connection -> {
                connection.exceptionHandler(failure -> LOG.debug("Connection failed: {}", failure.toString()));
                Connection.of(connection).established(connection, connection instanceof Http2ServerConnection);
            });
            server.exceptionHandler(failure -> LOG.debug("Connection refused: {}", failure.toString()));
            servers.add(server);
            int port = configuration.getBindPort();
            // -1 is a free port that all listeners share
            server.listen(port == 0 ? -1 : port, configuration.getBindHost()).<Void>mapEmpty().onComplete(started);
        }
    }

    private void accept(Channel channel) {
        listening = channel.parent();
        Connections ofLoop = connections.computeIfAbsent(
                channel.eventLoop(), loop -> new Connections(loop, settings, refused));
        channel.pipeline().addLast("waystation", new Connection(ofLoop, channel));
    }

    private void bindMeters(MeterRegistry meters) {
        refused.countInto(meters);
        gauge(meters, "waystation.http.connections", "Open connections",
                () -> connections.values().stream().mapToInt(Connections::count).sum());
        gauge(meters, "waystation.http.streams", "Responses that stay open", () -> dispatcher.streams());
        gauge(meters, "waystation.http.requests", "Requests in progress", () -> dispatcher.inProgress());
        gauge(meters, "waystation.http.buffered", "Bytes of request bodies in memory",
                () -> dispatcher.budget().used());
        gauge(meters, "waystation.http.pool.active", "Requests that run on the pool",
                () -> dispatcher.pool().active());
        gauge(meters, "waystation.http.pool.waiting", "Requests that wait for the pool",
                () -> dispatcher.pool().waiting());
        gauge(meters, "waystation.http.loop.blocks", "How often a route held an event loop for over 20 ms",
                () -> dispatcher.watch().blocks());
    }

    private void gauge(MeterRegistry meters, String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).strongReference(true).register(meters);
    }

    /** How often a route held an event loop for more than 20 ms. */
    public long loopBlocks() {
        return dispatcher.watch().blocks();
    }

    long bufferedBytes() {
        return dispatcher.budget().used();
    }

    int requestsInProgress() {
        return dispatcher.inProgress();
    }

    @Override
    public HttpServer getServer() {
        return servers.isEmpty() ? null : servers.get(0);
    }

    @Override
    public int getPort() {
        return deployment == null ? configuration.getBindPort() : servers.get(0).actualPort();
    }

    /** Stops accepting, drops streams, and gives requests in progress a moment to end. */
    private void drain() {
        if (deployment == null) {
            return;
        }
        Channel acceptor = listening;
        if (acceptor == null) {
            undeploy(); // nobody ever connected
            return;
        }
        acceptor.close().awaitUninterruptibly(PATIENCE.toMillis());
        dispatcher.stop();
        connections.values().forEach(ofLoop -> ofLoop.loop().execute(ofLoop::finish));
        long end = System.nanoTime() + settings.drainTimeout().toNanos();
        while (dispatcher.inProgress() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        if (dispatcher.inProgress() > 0) {
            LOG.warn("{} requests were still in progress when the server stopped", dispatcher.inProgress());
        }
    }

    private void undeploy() {
        String id = deployment;
        deployment = null;
        if (id != null) {
            await(getVertx().undeploy(id));
        }
    }

    @Override
    protected void stopServer() {
        undeploy();
        servers.clear();
        connections.values().forEach(Connections::stop);
        connections.clear();
        if (dispatcher != null) {
            dispatcher.close();
        }
    }

    @Override
    protected void stopVertx() {
        Vertx vertx = getVertx();
        if (ownVertx && vertx != null) {
            await(vertx.close());
            setVertx(null);
        }
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture()
                    .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
