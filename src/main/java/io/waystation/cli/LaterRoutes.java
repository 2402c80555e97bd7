package io.waystation.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.apache.camel.CamelContext;
import org.apache.camel.Ordered;
import org.apache.camel.StartupListener;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.model.FromDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.spi.ResourceAware;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.util.FileUtil;
import org.apache.camel.util.StringHelper;
import org.apache.camel.util.URISupport;

import io.waystation.http.HubHttpServer;
import io.waystation.journal.Journal;
import io.waystation.settings.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts what takes webhooks in first, and all other routes once the port is open: until those are up, requests for them wait,
 * and new groups start where the log ended before the hub took anything in.
 *
 * <p>The start as a whole ends when every route is up, and fails when one does not start.
 */
final class LaterRoutes extends LifecycleStrategySupport implements StartupListener, Ordered {
    /** Camel's own numbers for routes that name none begin here. */
    private static final int WITHOUT_ORDER = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(LaterRoutes.class);

    /** Setting with the names of the files whose routes start first; empty starts all of them before the port opens. */
    static final String FIRST = "waystation.start.first";

    private static final String DIRECT = "direct:";
    /** Where balancers and scripts ask whether the hub is up: it is not while routes are to come. */
    private static final String HEALTH = "/health";
    /** A route that is called is there before its callers; then as routes ask for it, and as they are written. */
    private static final Comparator<RouteDefinition> ORDER = Comparator.comparing(LaterRoutes::isCalled).reversed()
            .thenComparing(route -> route.getStartupOrder() == null ? WITHOUT_ORDER : route.getStartupOrder());
    private static final String HTTP = "platform-http:";
    private static final String SUFFIX = ".camel.yaml";

    private final List<RouteDefinition> later = new ArrayList<>();

    @Override
    public void onContextInitializing(CamelContext initializing) {
        ModelCamelContext context = (ModelCamelContext) initializing;
        HubHttpServer server = server(context);
        if (server == null || !newcomersStartHere(context)) {
            return;
        }
        Set<String> first = new HashSet<>(Settings.of(context).list(FIRST));
        if (!first.isEmpty()) {
            Set<String> made = new HashSet<>(); // a route made from a template keeps what the template is fed by, not its name
            context.getRouteTemplateDefinitions().stream().filter(template -> first.contains(file(template)))
                    .forEach(template -> made.add(uri(template.getRoute())));
            context.getRouteDefinitions().stream().filter(route -> !first.contains(file(route)))
                    .filter(route -> !Boolean.TRUE.equals(route.isTemplate()) || !made.contains(uri(route))).forEach(later::add);
        }
        startWhatIsCalledFirst(context.getRouteDefinitions());
        context.getRouteDefinitions().removeAll(later);
        later.sort(ORDER);
        server.holdBack(Stream.concat(Stream.of(HEALTH), later.stream().map(route -> address(route, context)))
                .filter(address -> !address.isEmpty()).toList());
    }

    /** A call to a direct: route that is not up yet would hold its thread, which is an event loop where webhooks are taken in. */
    private void startWhatIsCalledFirst(List<RouteDefinition> all) {
        Set<String> called = new HashSet<>();
        do {
            called.clear();
            all.stream().filter(route -> !later.contains(route)).forEach(route -> called.addAll(calls(route)));
        } while (later.removeIf(route -> called.contains(URISupport.stripQuery(uri(route)))));
    }

    private static List<String> calls(RouteDefinition route) {
        return ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), SendDefinition.class).stream()
                .map(send -> URISupport.stripQuery(send.getEndpointUri())).filter(uri -> uri.startsWith(DIRECT)).toList();
    }

    /** Where that cannot be kept, as on a full disk, every route has to be up before an event is taken in. */
    private static boolean newcomersStartHere(CamelContext context) {
        try {
            journal(context).letNewcomersStartHere();
            return true;
        } catch (IOException unwritable) {
            LOG.warn("The port opens when all routes are up: where new groups start could not be kept: {}", unwritable.toString());
            return false;
        }
    }

    /** Name of the file something is written in; routes made from a template are written nowhere. */
    private static String file(ResourceAware written) {
        return written.getResource() == null ? "" : StringHelper.before(FileUtil.stripPath(written.getResource().getLocation()), SUFFIX, "");
    }

    private static boolean isCalled(RouteDefinition route) {
        return uri(route).startsWith(DIRECT);
    }

    private static String uri(RouteDefinition route) {
        FromDefinition from = route.getInput();
        return from == null ? "" : from.getEndpointUri();
    }

    /** Path of a route that answers requests, with the values its template was given; empty for all others. */
    private static String address(RouteDefinition route, CamelContext context) {
        String uri = uri(route);
        if (!uri.startsWith(HTTP)) {
            return "";
        }
        if (route.getTemplateParameters() != null) {
            for (Map.Entry<String, Object> parameter : route.getTemplateParameters().entrySet()) {
                uri = uri.replace("{{" + parameter.getKey() + "}}", String.valueOf(parameter.getValue()));
            }
        }
        try {
            return URISupport.stripQuery(context.resolvePropertyPlaceholders(uri)).substring(HTTP.length());
        } catch (IllegalArgumentException unknown) { // of a route that is left out, or that says so itself when it starts
            return "";
        }
    }

    private static HubHttpServer server(CamelContext context) {
        return context.hasService(VertxPlatformHttpServer.class) instanceof HubHttpServer hub ? hub : null;
    }

    private static Journal journal(CamelContext context) {
        return context.getRegistry().lookupByNameAndType("journal", Journal.class);
    }

    /** After the server's own listener, which opens the port, and before those that tell that the hub is up. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST - 1;
    }

    @Override
    public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
        // too early: the routes that start first are not up yet
    }

    @Override
    public void onCamelContextFullyStarted(CamelContext context, boolean alreadyStarted) throws Exception {
        ModelCamelContext model = (ModelCamelContext) context;
        model.getRouteDefinitions().addAll(later);
        model.startRouteDefinitions(later);
        later.clear();
        journal(context).letNewcomersStartAtTail();
        HubHttpServer server = server(context);
        if (server != null) {
            server.release();
        }
    }
}
