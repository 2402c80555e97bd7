package io.waystation.update.run;

import java.util.List;
import java.util.function.Predicate;

import org.apache.camel.Exchange;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;
import io.waystation.update.Subsystem;
import io.waystation.update.Subsystems;

/** Bean {@code upstreams}: which subsystems an event wakes. Stateless and thread-safe. */
public final class UpstreamEvents implements Predicate<Event> {
    /** Begins the address of a subsystem's route. */
    static final String ROUTE = "direct:upstream-";

    private final Subsystems subsystems;
    private final boolean reconcile;

    /**
     * Wakes these.
     *
     * @param reconcile whether all are woken when the hub starts
     */
    UpstreamEvents(Subsystems subsystems, boolean reconcile) {
        this.subsystems = subsystems;
        this.reconcile = reconcile;
    }

    /** Whether any subsystem comes from the repository of an event. */
    @Override
    public boolean test(Event event) {
        return !subsystems.ofRepository(repository(event.source())).isEmpty();
    }

    /** Routes of the subsystems that come from the repository of an event; none for a repository nobody follows. */
    public List<String> ofEvent(Exchange exchange) {
        return routes(subsystems.ofRepository(repository(exchange.getMessage().getHeader(EventHeaders.SOURCE, "", String.class))));
    }

    /** Routes of the subsystems to look at when the hub has started: all, or none where that is switched off. */
    public List<String> atStart() {
        return reconcile ? routes(subsystems.all()) : List.of();
    }

    /** {@code owner/name} of a source such as {@code /github/owner/name}. */
    private static String repository(String source) {
        int forge = source.indexOf('/', 1);
        return forge < 0 ? "" : source.substring(forge + 1);
    }

    private static List<String> routes(List<Subsystem> found) {
        return found.stream().map(subsystem -> ROUTE + subsystem.name()).toList();
    }
}
