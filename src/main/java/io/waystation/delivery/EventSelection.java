package io.waystation.delivery;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.event.Event;
import io.waystation.event.Glob;

/**
 * Which events an endpoint gets. In channels, types and sources an asterisk stands for any characters; an empty list is all.
 *
 * @param channels patterns of channels
 * @param types patterns of event types
 * @param sources patterns of event sources
 * @param capabilities what the endpoint can do with events, as the edge protocol says it: a pattern of the whole type, or words
 *     that follow each other in it, such as {@code issues} for {@code com.github.issues.opened}
 * @param filter condition on the body as JSON, or null
 */
public record EventSelection(List<String> channels, List<String> types, List<String> sources, List<String> capabilities,
        JsonNode filter) {
    private static final String OWN_START = "io.waystation.";
    private static final List<String> OWN = List.of("io.waystation.endpoint.", "io.waystation.group.");

    /** Every event. */
    public static final EventSelection ALL = new EventSelection(List.of(), List.of(), List.of(), List.of(), null);

    /**
     * Copies the lists and checks the filter.
     *
     * @throws IllegalArgumentException when the filter cannot be understood
     */
    public EventSelection {
        channels = List.copyOf(channels);
        types = List.copyOf(types);
        sources = List.copyOf(sources);
        capabilities = List.copyOf(capabilities);
        if (filter != null) {
            JsonFilter.of(filter);
        }
    }

    /** As the API shows it. */
    public ObjectNode json() {
        return EndpointRows.write(this);
    }

    /** The selection ready to be asked. */
    Compiled compile() {
        return new Compiled(this, filter == null ? null : JsonFilter.of(filter));
    }

    private boolean wants(Event event) {
        return isMeant(event.type()) && Glob.anyFits(channels, event.channel()) && Glob.anyFits(types, event.type())
                && Glob.anyFits(sources, event.source()) && isCapable(event.type());
    }

    /** What the hub tells about endpoints goes only to those that ask for it by type. */
    private boolean isMeant(String type) {
        return OWN.stream().noneMatch(type::startsWith) || types.stream().anyMatch(pattern -> pattern.startsWith(OWN_START));
    }

    private boolean isCapable(String type) {
        if (capabilities.isEmpty()) {
            return true;
        }
        String words = "." + type.toLowerCase(Locale.ROOT) + ".";
        for (String capability : capabilities) {
            if (Glob.fits(capability, type) || words.contains("." + capability.toLowerCase(Locale.ROOT) + ".")) {
                return true;
            }
        }
        return false;
    }

    /** A selection with its filter read. */
    record Compiled(EventSelection selection, JsonFilter filter) {
        /** Whether it may want an event, by all but its filter. */
        boolean mayAccept(Event event) {
            return selection.wants(event);
        }

        /**
         * Whether it wants an event.
         *
         * @param body its body as JSON, asked for only when there is a filter
         */
        boolean accepts(Event event, Supplier<JsonNode> body) {
            return selection.wants(event) && (filter == null || filter.accepts(body.get()));
        }
    }
}
