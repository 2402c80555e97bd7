package io.waystation.work;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.apache.camel.Message;

/**
 * Which headers of a message stay with an item.
 *
 * <p>Names that steer Camel components are never kept, whatever the pattern says: an item would carry them past the
 * filters that keep them out. Nor are those that belong to another item or operation.
 */
record KeptHeaders(List<String> patterns) {
    private static final String CONTROL = "camel";
    private static final List<String> CARRIED = List.of("CamelCloudEvent", "CamelWaystation");
    private static final List<String> OF_ONE_ITEM =
            List.of("CamelWaystationWork", "CamelWaystationOperation", "CamelWaystationDefer", "CamelWaystationDuplicate");

    static KeptHeaders of(String patterns) {
        return new KeptHeaders(Arrays.stream(patterns.split(",")).map(String::trim).filter(name -> !name.isEmpty()).toList());
    }

    /** The headers to keep, as texts; what has no text is left out. */
    Map<String, String> of(Message message) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
            if (header.getValue() != null && keeps(header.getKey())) {
                String text = message.getHeader(header.getKey(), String.class);
                if (text != null) {
                    attributes.put(header.getKey(), text);
                }
            }
        }
        return attributes;
    }

    private boolean keeps(String name) {
        if (name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "").startsWith(CONTROL) && !startsWithAny(CARRIED, name)
                || startsWithAny(OF_ONE_ITEM, name)) {
            return false;
        }
        return patterns.stream().anyMatch(pattern -> pattern.endsWith("*")
                ? name.regionMatches(true, 0, pattern, 0, pattern.length() - 1) : name.equalsIgnoreCase(pattern));
    }

    private static boolean startsWithAny(List<String> prefixes, String name) {
        return prefixes.stream().anyMatch(name::startsWith);
    }
}
