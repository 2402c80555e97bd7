package io.waystation.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.event.Event;
import io.waystation.event.Headers;
import io.waystation.store.Store;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells, as events of the hub's own and as alerts, that an endpoint is stopped by the hub or back again, and that every endpoint
 * of a group is down or not any more.
 *
 * <p>What was told is stored after it is in the log, so that a hub which died in between tells it again; the event's delivery id
 * makes the log take it once. Not thread-safe: looked at on one thread.
 */
final class Announcements {
    /** Start of the subject of a group. */
    private static final String GROUP = "group:";

    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);
    private static final String ROUTE = "direct:endpoint-changed";
    private static final String ACTIVE = EndpointState.ACTIVE.text();
    private static final Set<String> STOPPED = Set.of(EndpointState.DISABLED.text(), EndpointState.EXPIRED.text());

    private final Endpoints endpoints;
    private final EndpointGroups groups;
    private final Store store;
    private final String channel;
    private final CamelContext context;
    private final Clock clock;
    private Map<String, String> told;
    private ProducerTemplate template;

    Announcements(Endpoints endpoints, EndpointGroups groups, Store store, String channel, CamelContext context, Clock clock) {
        this.endpoints = endpoints;
        this.groups = groups;
        this.store = store;
        this.channel = channel;
        this.context = context;
        this.clock = clock;
    }

    /** Tells what has changed since the last time. */
    void look() {
        if (told == null) {
            told = store.read(handle -> new HashMap<>(handle.createQuery("SELECT subject, state FROM delivery_announced")
                    .map((row, ctx) -> Map.entry(row.getString(1), row.getString(2))).list().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))));
            template = context.createProducerTemplate();
        }
        for (Endpoint endpoint : endpoints.all()) {
            String state = endpoint.standing().state().text();
            String before = told.getOrDefault(endpoint.id(), ACTIVE);
            if (!state.equals(before) && (STOPPED.contains(state) || state.equals(ACTIVE))) {
                tell(endpoint.id(), state, describe(endpoint), endpoint.standing().reason(), endpoint.updated());
            }
        }
        tellGroups();
    }

    private void tellGroups() {
        Map<String, String> down = new LinkedHashMap<>(groups.down());
        Set<String> known = new HashSet<>(told.keySet());
        down.forEach((group, reason) -> {
            if (!known.contains(GROUP + group)) {
                tell(GROUP + group, "down", JsonNodeFactory.instance.objectNode().put("group", group), reason, clock.instant());
            }
        });
        known.stream().filter(subject -> subject.startsWith(GROUP) && !down.containsKey(subject.substring(GROUP.length()))).forEach(subject ->
                tell(subject, ACTIVE, JsonNodeFactory.instance.objectNode().put("group", subject.substring(GROUP.length())), null, clock.instant()));
    }

    private static ObjectNode describe(Endpoint endpoint) {
        return JsonNodeFactory.instance.objectNode().put("endpoint", endpoint.id()).put("name", endpoint.name())
                .put("url", endpoint.pulls() ? null : endpoint.address().url()).put("account", endpoint.account())
                .put("group", endpoint.membership().group()).put("leaseUntil", endpoint.lease().map(Instant::toString).orElse(null));
    }

    private void tell(String subject, String state, ObjectNode body, String reason, Instant since) {
        boolean group = subject.startsWith(GROUP);
        String kind = (group ? "group-" : "endpoint-") + state;
        body.put("state", state).put("reason", reason).put("since", since.toString());
        String source = "/waystation/endpoints";
        Event event = new Event(UUID.randomUUID().toString(), channel, source, "io.waystation." + kind.replace('-', '.'), subject,
                clock.instant(), source + "/" + subject, "waystation:endpoints", subject + "/" + state + "/" + since.toEpochMilli(), null, "POST",
                "/" + channel, null, Headers.of("content-type", "application/json"),
                body.toString().getBytes(StandardCharsets.UTF_8));
        String text = (group ? "The group " + subject.substring(GROUP.length()) : "Endpoint " + subject) + " is " + state
                + Optional.ofNullable(reason).map(why -> ": " + why).orElse("");
        try {
            template.sendBodyAndHeaders(ROUTE, event, Map.of("alert", kind, "alertText", text, "stopped", !state.equals(ACTIVE)));
            store.writeNow(handle -> state.equals(ACTIVE) ? handle.execute("DELETE FROM delivery_announced WHERE subject = ?", subject)
                    : handle.execute("INSERT INTO delivery_announced (subject, state, told_at) VALUES (?, ?, ?) ON CONFLICT (subject) "
                            + "DO UPDATE SET state = excluded.state, told_at = excluded.told_at", subject, state, clock.millis()));
            if (state.equals(ACTIVE)) {
                told.remove(subject);
            } else {
                told.put(subject, state);
            }
        } catch (RuntimeException failed) {
            LOG.warn("That {} could not be announced and is tried again: {}", text, failed.toString());
        }
    }
}
