package io.waystation.http;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handlers that Camel itself puts on the Vert.x router: health, metrics, Jolokia, authentication.
 *
 * <p>Only requests that may be theirs go through the router; everything else takes the short way to its route.
 * What has a path of its own here needs a token, the liveness check alone does not.
 */
final class RouterHandlers implements Dispatcher.OtherHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(RouterHandlers.class);
    private static final int[] ERRORS = {400, 401, 403, 404, 405, 406, 413, 415, 500, 501, 503};

    /**
     * What is on the router now.
     *
     * @param firstSegments first path segments that handlers have for their own
     * @param everything whether a handler may want any request
     */
    private record View(Set<String> firstSegments, boolean everything) {
    }

    private final Router router;
    private final Dispatcher dispatcher;
    private final Supplier<Access> access;
    private final Route toRoutes;
    private volatile List<String> openPath = List.of();
    private volatile List<String> operatorPath = List.of();
    private volatile View view = new View(Set.of(), false);

    RouterHandlers(Router router, Dispatcher dispatcher, Supplier<Access> access) {
        this.router = router;
        this.dispatcher = dispatcher;
        this.access = access;
        this.toRoutes = router.route().last().handler(this::toRoute);
        for (int status : ERRORS) {
            router.errorHandler(status, context -> fail(context, status));
        }
        router.modifiedHandler(changed -> look());
        look();
    }

    /** Path that needs no token, and path that needs the role operate for reading as well. */
    void guard(String open, String operator) {
        openPath = PathPattern.split(open);
        operatorPath = PathPattern.split(operator);
    }

    private void look() {
        Set<String> firstSegments = new HashSet<>();
        boolean everything = false;
        for (Route route : router.getRoutes()) {
            if (route == toRoutes) {
                continue;
            }
            String path = route.isRegexPath() ? null : route.getPath();
            int end = path == null ? -1 : path.indexOf('/', 1);
            String first = path == null || path.length() < 2 ? null : path.substring(1, end < 0 ? path.length() : end);
            if (first == null || first.startsWith(":") || first.contains("*")) {
                everything = true;
            } else {
                firstSegments.add(first);
            }
        }
        view = new View(Set.copyOf(firstSegments), everything);
    }

    @Override
    public boolean handles(HttpServerRequest request, List<String> segments) {
        View now = view;
        boolean own = !segments.isEmpty() && now.firstSegments().contains(segments.get(0));
        if (own) {
            try {
                require(request, segments);
            } catch (ProblemException refusal) {
                dispatcher.refuse(request, Connection.of(request), Problem.of(refusal));
                return true;
            }
        }
        if (own || now.everything()) {
            router.handle(request);
            return true;
        }
        return false;
    }

    private void require(HttpServerRequest request, List<String> segments) {
        if (segments.equals(openPath)) {
            return;
        }
        boolean reads = switch (request.method().name()) {
            case "GET", "HEAD" -> !startsWith(segments, operatorPath);
            default -> false;
        };
        Access guard = access.get();
        if (guard == null) {
            throw new ProblemException(503, "starting", "The hub is still starting.");
        }
        guard.require(Access.secret(request.getHeader("authorization")), reads ? Role.READ : Role.OPERATE);
    }

    private static boolean startsWith(List<String> segments, List<String> start) {
        return !start.isEmpty() && segments.size() >= start.size()
                && segments.subList(0, start.size()).equals(start);
    }

    private void toRoute(RoutingContext context) {
        HttpServerRequest request = context.request();
        dispatcher.route(request, Connection.of(request), PathPattern.split(request.path()));
    }

    private void fail(RoutingContext context, int status) {
        HttpServerRequest request = context.request();
        Throwable failure = context.failure();
        if (status >= 500 && failure != null) {
            LOG.error("Handler of {} failed", request.path(), failure);
        }
        String code = switch (status) {
            case 401 -> "token-required";
            case 404 -> "not-found";
            case 405 -> "method-not-allowed";
            default -> status >= 500 ? "internal-error" : "refused";
        };
        dispatcher.refuse(request, Connection.of(request),
                Problem.of(status, code, "The handler of this path answered with " + status + "."));
    }
}
