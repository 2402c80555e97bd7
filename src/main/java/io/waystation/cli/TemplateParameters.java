package io.waystation.cli;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.model.TemplatedRouteParameterDefinition;
import org.apache.camel.spi.RouteTemplateParameterSource;
import org.apache.camel.util.StringHelper;

import io.waystation.settings.Nearest;
import io.waystation.store.StartupException;

/**
 * Refuses parameters of a {@code templatedRoute} that its template does not declare. Camel takes them and nobody ever asks for
 * them, so a source whose list of allowed addresses is misspelt would let everybody in.
 */
final class TemplateParameters extends ModelLifecycleStrategySupport implements RouteBuilderLifecycleStrategy {
    private final CamelContext context;
    private final Model model;
    /** Of a hub that starts: read before the file with their template was. */
    private final List<TemplatedRouteDefinition> unchecked = new CopyOnWriteArrayList<>();

    private TemplateParameters(CamelContext context) {
        this.context = context;
        this.model = context.getCamelContextExtension().getContextPlugin(Model.class);
    }

    /** Looks at whatever is read from now on. */
    static void watch(CamelContext context) {
        TemplateParameters parameters = new TemplateParameters(context);
        parameters.model.addModelLifecycleStrategy(parameters);
        context.getRegistry().bind("templateParameters", parameters);
    }

    @Override
    public void afterConfigure(RouteBuilder builder) {
        List<RouteTemplateDefinition> own = builder.getRouteTemplateCollection().getRouteTemplates();
        for (TemplatedRouteDefinition route : builder.getTemplatedRouteCollection().getTemplatedRoutes()) {
            if (!isChecked(route, own) && !context.isStarted()) { // later Camel itself says that there is no such template
                unchecked.add(route);
            }
        }
    }

    @Override
    public void onAddRouteDefinition(RouteDefinition added) {
        if (Boolean.TRUE.equals(added.isTemplate())) { // by now every file was read
            unchecked.removeIf(route -> isChecked(route, List.of()));
        }
    }

    private boolean isChecked(TemplatedRouteDefinition route, List<RouteTemplateDefinition> first) {
        Optional<RouteTemplateDefinition> template = Stream.concat(first.stream(), model.getRouteTemplateDefinitions().stream())
                .filter(each -> each.getId().equals(route.getRouteTemplateRef())).findFirst();
        template.ifPresent(declared -> check(route, declared));
        return template.isPresent();
    }

    private static void check(TemplatedRouteDefinition route, RouteTemplateDefinition template) {
        Set<String> declared = new TreeSet<>(Set.of(RouteTemplateParameterSource.LOCATION));
        List<RouteTemplateParameterDefinition> parameters = template.getTemplateParameters();
        Optional.ofNullable(parameters).stream().flatMap(List::stream).forEach(each -> declared.add(each.getName()));
        for (TemplatedRouteParameterDefinition given : Optional.ofNullable(route.getParameters()).orElse(List.of())) {
            String name = given.getName();
            if (!declared.contains(name) && !declared.contains(StringHelper.dashToCamelCase(name))) {
                throw new StartupException("template-parameter-unknown", "the routes do not start: route " + route.getRouteId()
                        + ": the template " + template.getId() + " has no parameter '" + name + "'"
                        + Nearest.to(name, declared).map(nearest -> "; did you mean " + nearest + "?").orElse(""));
            }
        }
    }
}
