package io.waystation.cli;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.model.OptionalIdentifiedDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * One route file as it was read: its text, and the routes and templates it holds.
 *
 * @param file where it is
 * @param text what it held
 * @param routes ids of its routes, those made from templates included
 * @param templates ids of its route templates
 */
record RouteFile(Path file, String text, Set<String> routes, Set<String> templates) {
    /**
     * Reads what a text defines, without touching the routes that run.
     *
     * @throws Exception when the text is not a route file; the message says where and why
     */
    static RouteFile parse(CamelContext context, Path file, String text) throws Exception {
        Set<String> routes = new LinkedHashSet<>();
        Set<String> templates = new LinkedHashSet<>();
        for (RouteBuilder builder : builders(context, file, text)) {
            if (builder instanceof RouteConfigurationBuilder configurations) {
                configurations.configuration();
            }
            ids(routes, builder.getRouteCollection().getRoutes());
            ids(templates, builder.getRouteTemplateCollection().getRouteTemplates());
            builder.getTemplatedRouteCollection().getTemplatedRoutes().forEach(route -> routes.add(route.getRouteId()));
        }
        routes.remove(null);
        return new RouteFile(file, text, routes, templates);
    }

    private static void ids(Set<String> ids, List<? extends OptionalIdentifiedDefinition<?>> definitions) {
        definitions.forEach(definition -> ids.add(definition.getId()));
    }

    /** Adds its routes and templates to the context and starts them. */
    void load(CamelContext context) throws Exception {
        for (RouteBuilder builder : builders(context, file, text)) {
            if (builder instanceof RouteConfigurationBuilder configurations) {
                configurations.updateRouteConfigurationsToCamelContext(context);
            }
            builder.updateRoutesToCamelContext(context);
            builder.addTemplatedRoutesToCamelContext(context);
        }
    }

    private static List<RouteBuilder> builders(CamelContext context, Path file, String text) throws Exception {
        Resource resource = ResourceHelper.fromString("file:" + file, text);
        List<RouteBuilder> builders = PluginHelper.getRoutesLoader(context).findRoutesBuilders(List.of(resource)).stream()
                .filter(RouteBuilder.class::isInstance).map(RouteBuilder.class::cast).toList();
        for (RoutesBuilder builder : builders) {
            ((RouteBuilder) builder).configureRoutes(context);
        }
        return builders;
    }
}
