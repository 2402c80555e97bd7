package io.waystation.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.support.EventHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads route files anew when they are edited, while the hub runs.
 *
 * <p>Only the routes of the edited file restart. A file that does not parse is refused: its running routes stay. A file
 * that parses and does not start is taken back: its former routes start again. Settings and Kamelets are read once; a
 * change of theirs is reported. Files are compared by content, so that no way of saving them is missed.
 */
final class RouteReload extends ServiceSupport {
    private static final Logger LOG = LoggerFactory.getLogger(RouteReload.class);
    private static final long EVERY_MILLIS = 300;
    private static final String ROUTES = ".camel.yaml";

    private final CamelContext context;
    private final Path routes;
    private final Set<Path> readOnce;
    private final Map<Path, RouteFile> running = new TreeMap<>();
    private final Map<Path, String> seen = new TreeMap<>();
    private ScheduledExecutorService clock;

    /**
     * Watches a folder.
     *
     * @param routes folder of the route files
     * @param readOnce files and folders whose changes need a restart
     */
    RouteReload(CamelContext context, Path routes, Set<Path> readOnce) {
        this.context = context;
        this.routes = routes.toAbsolutePath().normalize();
        this.readOnce = readOnce;
    }

    @Override
    protected void doStart() throws Exception {
        for (Path file : routeFiles()) {
            String text = Files.readString(file);
            running.put(file, RouteFile.parse(context, file, text));
            seen.put(file, text);
        }
        for (Path file : filesReadOnce()) {
            seen.put(file, Files.readString(file));
        }
        clock = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "route-reload");
        clock.scheduleWithFixedDelay(this::look, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        LOG.info("Edited routes in {} are reloaded", routes);
    }

    @Override
    protected void doStop() {
        if (clock != null) {
            context.getExecutorServiceManager().shutdownNow(clock);
        }
    }

    private void look() {
        try {
            Set<Path> now = routeFiles();
            for (Path file : now) {
                changed(file).ifPresent(text -> reload(file, text));
            }
            Set<Path> gone = new HashSet<>(running.keySet());
            gone.removeAll(now);
            gone.forEach(this::remove);
            for (Path file : filesReadOnce()) {
                changed(file).ifPresent(text -> LOG.warn("{} has changed; restart the hub to use it", file));
            }
        } catch (IOException | RuntimeException unreadable) {
            LOG.warn("Looking for edited routes in {} failed: {}", routes, unreadable.toString());
        }
    }

    /** The text of a file that is not what was seen before, once two looks agree: editors write in steps. */
    private Optional<String> changed(Path file) throws IOException {
        String text = Files.readString(file);
        if (Objects.equals(seen.get(file), text) || !text.equals(drafts.put(file, text))) {
            return Optional.empty();
        }
        drafts.remove(file);
        seen.put(file, text);
        return Optional.of(text);
    }

    private final Map<Path, String> drafts = new TreeMap<>();

    private void reload(Path file, String text) {
        RouteFile edited;
        try {
            edited = RouteFile.parse(context, file, text);
            refuseForeignRoutes(edited);
        } catch (Exception refused) {
            LOG.error("{} is refused, its routes go on as before: {}", file.getFileName(), reason(file, refused));
            return;
        }
        RouteFile before = running.getOrDefault(file, new RouteFile(file, "", Set.of(), Set.of()));
        try {
            replace(before, edited);
            running.put(file, edited);
            LOG.info("{} is reloaded: {}", file.getFileName(), edited.routes());
            report(edited);
        } catch (Exception failed) {
            LOG.error("{} does not start and is taken back: {}", file.getFileName(), reason(file, failed));
            takeBack(edited, before);
        }
    }

    private void refuseForeignRoutes(RouteFile edited) {
        for (RouteFile other : running.values()) {
            if (!other.file().equals(edited.file())) {
                Set<String> twice = new TreeSet<>(other.routes());
                twice.retainAll(edited.routes());
                if (!twice.isEmpty()) {
                    throw new IllegalArgumentException(
                            "the routes " + twice + " are in " + other.file().getFileName() + " already");
                }
            }
        }
    }

    private void replace(RouteFile before, RouteFile after) throws Exception {
        unload(before, after.routes());
        if (!after.text().isEmpty()) {
            after.load(context);
        }
    }

    private void takeBack(RouteFile edited, RouteFile before) {
        try {
            replace(edited, before);
        } catch (Exception failed) {
            LOG.error("The former routes of {} do not start either; restart the hub", before.file().getFileName(), failed);
        }
    }

    private void unload(RouteFile file, Set<String> staying) throws Exception {
        for (String id : file.routes()) {
            Route route = context.getRoute(id);
            if (route != null) {
                if (staying.contains(id)) { // the next route of this id goes on counting with the meters of this one
                    route.getRoutePolicyList().removeIf(RouteMeters.Policy.class::isInstance);
                }
                Endpoint endpoint = route.getEndpoint();
                if (endpoint instanceof KameletEndpoint kamelet) {
                    drop(kamelet.getRouteId()); // the source inside; it must not feed a route that is gone
                    drop(id);
                    context.removeEndpoint(endpoint);
                } else {
                    drop(id);
                }
            }
        }
        for (String template : file.templates()) {
            context.removeRouteTemplates(template);
        }
    }

    private void drop(String id) throws Exception {
        context.getRouteController().stopRoute(id);
        context.removeRoute(id);
    }

    private void remove(Path file) {
        RouteFile before = running.remove(file);
        seen.remove(file);
        try {
            unload(before, Set.of());
            LOG.info("{} is gone, its routes have stopped: {}", file.getFileName(), before.routes());
        } catch (Exception failed) {
            LOG.error("The routes of {} do not stop: {}", file.getFileName(), reason(file, failed));
        }
    }

    private void report(RouteFile edited) {
        int index = 0;
        for (String id : edited.routes()) {
            Route route = context.getRoute(id);
            if (route != null) {
                index++;
                EventHelper.notifyRouteReloaded(context, route, index, edited.routes().size());
            }
        }
    }

    private static String reason(Path file, Exception failure) {
        return RouteProblem.describe(failure).orElseGet(() -> FailureReport.of(failure).message())
                .replace("file:" + file, file.getFileName().toString());
    }

    private Set<Path> routeFiles() throws IOException {
        try (Stream<Path> files = Files.list(routes)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ROUTES))
                    .filter(Files::isRegularFile).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private Set<Path> filesReadOnce() throws IOException {
        Set<Path> files = new TreeSet<>();
        for (Path path : readOnce) {
            if (Files.exists(path)) {
                try (Stream<Path> walk = Files.walk(path)) {
                    walk.filter(Files::isRegularFile).forEach(files::add);
                }
            }
        }
        return files;
    }
}
