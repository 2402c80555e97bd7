package io.waystation.cli;

import java.io.FileNotFoundException;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.kamelet.Kamelet;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.RouteTemplateHelper;
import org.apache.camel.util.URISupport;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Nearest;

/**
 * Refuses parameters that a Kamelet does not declare, in routes and in settings. Camel takes them and nobody ever asks for
 * them, so a misspelt filter would let everything through, or nothing.
 */
final class KameletParameters extends LifecycleStrategySupport {
    /** Called before the route inside the Kamelet is made, while the route that asks for it is. */
    @Override
    public void onEndpointAdd(Endpoint endpoint) {
        if (endpoint instanceof KameletEndpoint kamelet && kamelet.getKameletProperties() != null) { // not kamelet:source and kamelet:sink
            KameletComponent component = (KameletComponent) kamelet.getComponent();
            Set<String> given = given(kamelet);
            String location = kamelet.getLocation() == null ? component.getLocation() : kamelet.getLocation();
            RouteTemplateDefinition template = given.isEmpty() ? null : template(component, kamelet.getTemplateId(), location);
            if (template != null) { // Camel says itself that there is no such Kamelet
                undeclared(given, declared(template)).ifPresent(problem -> {
                    throw new IllegalArgumentException("kamelet:" + kamelet.getTemplateId() + " " + problem);
                });
            }
        }
    }

    /** Of settings, {@code camel.kamelet.NAME.PARAMETER} for every use of a Kamelet and {@code camel.kamelet.NAME.ROUTE.PARAMETER} for one. */
    @Override
    public void onContextStarting(CamelContext context) {
        Predicate<String> ofKamelets = key -> key.startsWith(Kamelet.PROPERTIES_PREFIX);
        new TreeSet<>(context.getPropertiesComponent().loadProperties(ofKamelets).stringPropertyNames())
                .forEach(key -> checkSetting(key, context));
    }

    private static void checkSetting(String key, CamelContext context) {
        String[] names = key.substring(Kamelet.PROPERTIES_PREFIX.length()).split("\\.");
        if (names.length < 2) {
            throw new InvalidSettingException(key, "must be " + Kamelet.PROPERTIES_PREFIX + "NAME.PARAMETER");
        }
        KameletComponent component = context.getComponent(Kamelet.SCHEME, KameletComponent.class);
        RouteTemplateDefinition template = template(component, names[0], component.getLocation());
        if (template == null) {
            throw new InvalidSettingException(key, "is for a Kamelet that is not there");
        }
        undeclared(Set.of(names[names.length - 1]), declared(template)).ifPresent(problem -> {
            throw new InvalidSettingException(key, problem);
        });
    }

    /** What is wrong with the first name that is not declared. */
    private static Optional<String> undeclared(Set<String> given, Set<String> declared) {
        return given.stream().filter(name -> !declared.contains(name)).findFirst().map(name -> "has no parameter '" + name + "'"
                + Nearest.to(name, declared).map(nearest -> "; did you mean " + nearest + "?").orElse(""));
    }

    /** Names in the address, without the options that the endpoint of every Kamelet has. */
    private static Set<String> given(KameletEndpoint kamelet) {
        try {
            Set<String> given = new TreeSet<>(URISupport.parseQuery(URISupport.extractQuery(kamelet.getEndpointUri())).keySet());
            given.removeAll(kamelet.getCamelContext().getCamelContextExtension().getEndpointUriFactory(Kamelet.SCHEME).propertyNames());
            return given;
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }

    private static Set<String> declared(RouteTemplateDefinition template) {
        Set<String> declared = new TreeSet<>();
        if (template.getTemplateParameters() != null) {
            template.getTemplateParameters().forEach(parameter -> declared.add(parameter.getName()));
        }
        return declared;
    }

    /** The Kamelet as Camel is about to use it, read now if it was not yet; null when there is none of this name. */
    private static RouteTemplateDefinition template(KameletComponent component, String name, String location) {
        ModelCamelContext context = (ModelCamelContext) component.getCamelContext();
        if (context.getRouteTemplateDefinition(name) == null) {
            try {
                RouteTemplateHelper.loadRouteTemplateFromLocation(
                        context, component.getRouteTemplateLoaderListener(), name, location);
            } catch (FileNotFoundException absent) {
                return null;
            } catch (Exception unreadable) {
                throw RuntimeCamelException.wrapRuntimeCamelException(unreadable);
            }
        }
        return context.getRouteTemplateDefinition(name);
    }
}
