package io.waystation.cli;

import java.net.URISyntaxException;
import java.util.Set;
import java.util.TreeSet;

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

import io.waystation.settings.Nearest;

/**
 * Refuses parameters that a Kamelet does not declare. Camel takes them and nobody ever asks for them, so a misspelt filter
 * would let everything through, or nothing.
 */
final class KameletParameters extends LifecycleStrategySupport {
    /** Called before the route inside the Kamelet is made, while the route that asks for it is. */
    @Override
    public void onEndpointAdd(Endpoint endpoint) {
        if (endpoint instanceof KameletEndpoint kamelet && kamelet.getKameletProperties() != null) { // not kamelet:source and kamelet:sink
            Set<String> given = given(kamelet);
            RouteTemplateDefinition template = given.isEmpty() ? null : template(kamelet);
            if (template != null) { // Camel says itself that there is no such Kamelet
                check(kamelet.getTemplateId(), given, declared(template));
            }
        }
    }

    private static void check(String kamelet, Set<String> given, Set<String> declared) {
        for (String name : given) {
            if (!declared.contains(name)) {
                throw new IllegalArgumentException("kamelet:" + kamelet + " has no parameter '" + name + "'"
                        + Nearest.to(name, declared).map(nearest -> "; did you mean " + nearest + "?").orElse(""));
            }
        }
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
    private static RouteTemplateDefinition template(KameletEndpoint kamelet) {
        ModelCamelContext context = (ModelCamelContext) kamelet.getCamelContext();
        if (context.getRouteTemplateDefinition(kamelet.getTemplateId()) == null) {
            KameletComponent component = (KameletComponent) kamelet.getComponent();
            String location = kamelet.getLocation() == null ? component.getLocation() : kamelet.getLocation();
            try {
                RouteTemplateHelper.loadRouteTemplateFromLocation(
                        context, component.getRouteTemplateLoaderListener(), kamelet.getTemplateId(), location);
            } catch (Exception unreadable) {
                throw RuntimeCamelException.wrapRuntimeCamelException(unreadable);
            }
        }
        return context.getRouteTemplateDefinition(kamelet.getTemplateId());
    }
}
