package io.waystation.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.Ordered;
import org.apache.camel.StartupListener;
import org.apache.camel.component.micrometer.eventnotifier.MicrometerRouteEventNotifier;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.spi.EventNotifier;
import org.apache.camel.support.EventHelper;

import io.waystation.settings.Settings;
import io.waystation.store.DataFolder;
import io.waystation.store.Meters;
import io.waystation.store.StartupException;

/**
 * What happens once the hub answers: its address is written into the data folder, where commands find it, and its
 * route files are watched if that is wanted.
 */
public final class StartConfiguration implements CamelConfiguration {
    /** Route files while the hub is run from its sources. */
    private static final Path SOURCES = Path.of("src", "main", "resources");

    /** Property with the folder whose files win over the built-in ones; absent when there is none. */
    static final String HOME = "waystation-home";

    @Override
    public void configure(CamelContext context) throws Exception {
        context.addRoutePolicyFactory(new RouteMeters(Meters.of(context)));
        LaterRoutes later = new LaterRoutes();
        context.addLifecycleStrategy(later);
        context.addLifecycleStrategy(new KameletParameters());
        TemplateParameters.watch(context);
        context.addStartupListener(later);
        context.addStartupListener(new Started());
    }

    /** Runs last: the server's port opens in a listener too. */
    private static final class Started implements StartupListener, Ordered {
        @Override
        public int getOrder() {
            return Ordered.LOWEST;
        }

        @Override
        public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
            // too early: routes are not up yet
        }

        @Override
        public void onCamelContextFullyStarted(CamelContext context, boolean alreadyStarted) throws Exception {
            tellNobodyOfExchanges(context);
            writeAddress(context);
            watchRoutes(context);
        }
    }

    /** Camel's counter of routes is handed six events of every exchange unless it is told that it does not want them. */
    private static void tellNobodyOfExchanges(CamelContext context) {
        for (EventNotifier notifier : context.getManagementStrategy().getEventNotifiers()) {
            if (notifier instanceof MicrometerRouteEventNotifier routes) {
                routes.setIgnoreExchangeEvents(true);
            }
        }
        context.getCamelContextExtension().setEventNotificationApplicable(EventHelper.eventsApplicable(context));
    }

    private static void writeAddress(CamelContext context) {
        DataFolder folder = context.getRegistry().lookupByNameAndType("dataFolder", DataFolder.class);
        if (folder != null) {
            try {
                Files.writeString(folder.root().resolve("address"), address(context) + "\n");
            } catch (IOException e) {
                throw new StartupException("data-folder-unwritable", "cannot write into the data folder: " + e.getMessage(), e);
            }
        }
    }

    /** Address of the hub for this machine; a wildcard address is shown as loopback. */
    static String address(CamelContext context) {
        Settings settings = Settings.of(context);
        String host = settings.required("waystation.host");
        String shown = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
        int port = context.hasService(VertxPlatformHttpServer.class).getPort();
        String scheme = settings.text("waystation.http.tls-certificate").isPresent() ? "https" : "http";
        return scheme + "://" + (shown.contains(":") ? "[" + shown + "]" : shown) + ":" + port;
    }

    private static void watchRoutes(CamelContext context) throws Exception {
        if (!Settings.of(context).flag("waystation.reload")) {
            return;
        }
        Optional<Path> home = Settings.of(context).text(HOME).map(Path::of);
        Path base = home.orElse(SOURCES);
        Path routes = base.resolve("routes");
        if (Files.isDirectory(routes)) {
            Set<Path> readOnce = new LinkedHashSet<>();
            readOnce.add(base.resolve("application.properties"));
            readOnce.add(home.isPresent() ? base.resolve("kamelets") : Path.of("kamelets"));
            context.addService(new RouteReload(context, routes, readOnce));
        }
    }
}
