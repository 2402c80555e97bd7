package io.waystation.http;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.Suspendable;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.Method;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumerAware;
import org.apache.camel.support.DefaultConsumer;

/** Where the requests for one route's path enter Camel. */
final class HubHttpConsumer extends DefaultConsumer implements PlatformHttpConsumer, Suspendable {
    /** How long requests are asked to come again when a route stops: long enough for a reload. */
    private static final Duration AWAY = Duration.ofSeconds(5);

    private final HubHttpServer server;
    private PathPattern pattern;
    private Set<String> methods;
    private Set<String> consumes;
    private Set<String> produces;
    private boolean onEventLoop;
    private long maxBody;
    private volatile boolean gone;

    HubHttpConsumer(PlatformHttpEndpoint endpoint, Processor processor, HubHttpServer server) {
        super(endpoint, processor);
        this.server = server;
    }

    @Override
    public PlatformHttpEndpoint getEndpoint() {
        return (PlatformHttpEndpoint) super.getEndpoint();
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        PlatformHttpEndpoint endpoint = getEndpoint();
        refuse(endpoint.isHttpProxy(), "path=proxy");
        refuse(endpoint.isUseStreaming(), "useStreaming");
        refuse(!endpoint.isUseBodyHandler(), "useBodyHandler=false");
        refuse(endpoint.isUseCookieHandler(), "useCookieHandler");
        refuse(endpoint.isHandleWriteResponseError(), "handleWriteResponseError");
        refuse(endpoint.getRequestTimeout() > 0, "requestTimeout");
        pattern = PathPattern.of(endpoint.getPath(), endpoint.isMatchOnUriPrefix());
        methods = methods(endpoint.getHttpMethodRestrict());
        boolean validates = endpoint.getComponent().isServerRequestValidation();
        consumes = validates ? mediaTypes(endpoint.getConsumes()) : Set.of();
        produces = validates ? mediaTypes(endpoint.getProduces()) : Set.of();
    }

    private void refuse(boolean used, String option) {
        if (used) {
            throw new IllegalArgumentException("The hub's HTTP server does not support the platform-http option "
                    + option + " of " + getEndpoint().getEndpointUri() + "; bodies are always the exact bytes");
        }
    }

    private static Set<String> methods(String restrict) {
        Set<Method> parsed = Method.parseList(restrict);
        Set<String> names = new TreeSet<>();
        parsed.forEach(method -> names.add(method.name()));
        if (parsed.equals(Method.getAll())) {
            names.remove("CONNECT"); // only for routes that name them
            names.remove("TRACE");
        }
        return Set.copyOf(names);
    }

    private static Set<String> mediaTypes(String list) {
        Set<String> types = new LinkedHashSet<>();
        if (list != null && !list.isBlank()) {
            for (String type : list.split(",")) {
                types.add(MediaTypes.name(type).toLowerCase(Locale.ROOT));
            }
        }
        return types;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        if (getRouteId() == null) {
            getEndpoint().getCamelContext().getRoutes().stream().filter(this::isMine).findFirst().ifPresent(route -> {
                setRoute(route);
                setRouteId(route.getRouteId());
            });
        }
        onEventLoop = server.settings().onEventLoop(getRouteId());
        maxBody = server.settings().maxBody(getRouteId());
        gone = false;
        server.routes().add(this);
    }

    private boolean isMine(Route route) {
        return route.getConsumer() instanceof PlatformHttpConsumerAware aware
                && aware.getPlatformHttpConsumer() == this;
    }

    @Override
    protected void doStop() throws Exception {
        gone = true;
        if (getEndpoint().getCamelContext().isStopping()) {
            server.routes().remove(this);
        } else {
            server.later(AWAY, () -> {
                if (gone) {
                    server.routes().remove(this);
                }
            });
        }
        super.doStop();
    }

    PathPattern pattern() {
        return pattern;
    }

    Set<String> methods() {
        return methods;
    }

    boolean takes(String method) {
        return methods.contains(method);
    }

    boolean consumes(HttpServerRequest request) {
        return consumes.isEmpty() || MediaTypes.isOneOf(request.getHeader("content-type"), consumes);
    }

    boolean produces(HttpServerRequest request) {
        return produces.isEmpty() || MediaTypes.acceptsOneOf(request.getHeader("accept"), produces);
    }

    boolean runsOnEventLoop() {
        return onEventLoop;
    }

    /** Largest body in bytes that the route is given. */
    long maxBody() {
        return maxBody;
    }

    /** Whether the route was stopped, so that whoever asks should come again. */
    boolean isGone() {
        return gone;
    }
}
