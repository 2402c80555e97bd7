package io.waystation.update;

import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Writes decisions as the JSON of {@code waystation check}: an object with one member for each subsystem, which repeats its
 * name, so that {@code jq '.[] | select(.update_available) | .name'} works.
 *
 * <p>The same decisions give the same bytes.
 */
public final class CheckReport {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private CheckReport() {
    }

    /** All decisions, by name. */
    public static ObjectNode of(Collection<Decision> decisions) {
        TreeMap<String, Decision> byName = new TreeMap<>();
        decisions.forEach(decision -> byName.put(decision.subsystem(), decision));
        ObjectNode report = JSON.objectNode();
        byName.forEach((name, decision) -> report.set(name, of(decision)));
        return report;
    }

    private static ObjectNode of(Decision decision) {
        ObjectNode node = JSON.objectNode().put("name", decision.subsystem());
        version(node, "current", decision.current());
        version(node, "latest", decision.latest());
        node.put("update_available", decision.action() == Action.UPDATE);
        version(node, "wanted", decision.wanted());
        node.put("action", decision.action().name().toLowerCase(Locale.ROOT))
                .put("rule", decision.rule().code())
                .put("reason", decision.reason())
                .put("until", text(decision.until()))
                .put("upstream", decision.upstream() == null ? null : decision.upstream().address());
        decision.findings().forEach(finding -> node.withArray("findings").addObject()
                .put("rule", finding.rule().code())
                .put("subject", finding.subject())
                .put("reason", finding.reason())
                .put("until", text(finding.until())));
        return node.put("findings_omitted", decision.omitted());
    }

    private static void version(ObjectNode node, String name, UpstreamVersion version) {
        node.put(name, version == null ? null : version.label());
        node.put(name + "_commit", version == null ? null : version.commit());
    }

    private static String text(Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
