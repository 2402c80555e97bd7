package io.waystation.cli.client;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import io.waystation.event.Event;
import org.apache.camel.Exchange;

/**
 * Chooses events by name. A pattern means a CloudEvents type ({@code com.github.push}), or the name the
 * provider gives it ({@code push}, {@code Merge Request Hook}, {@code merge_request_hook}); {@code *} stands
 * for anything; case does not count. Thread-safe.
 */
public final class EventNames {
    private static final List<String> NAME_HEADERS = List.of("x-github-event", "x-gitlab-event", "x-gitea-event",
            "x-forgejo-event", "x-event-key", "linear-event", "x-shopify-topic");

    private final List<Pattern> only;
    private final List<Pattern> ignored;

    /**
     * Chooses.
     *
     * @param only patterns of which one must match; empty for all events
     * @param ignored patterns of which none may match
     */
    public EventNames(List<String> only, List<String> ignored) {
        this.only = only.stream().map(EventNames::pattern).toList();
        this.ignored = ignored.stream().map(EventNames::pattern).toList();
    }

    private static Pattern pattern(String glob) {
        StringBuilder expression = new StringBuilder();
        for (String part : glob.split("\\*", -1)) {
            expression.append(expression.isEmpty() ? "" : ".*").append(Pattern.quote(part));
        }
        return Pattern.compile(expression.toString(), Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    /** Whether the exchange's event is chosen. */
    public boolean wants(Exchange exchange) {
        return wants(ClientEvent.of(exchange));
    }

    boolean wants(Event event) {
        Set<String> names = namesOf(event);
        return (only.isEmpty() || anyMatches(only, names)) && !anyMatches(ignored, names);
    }

    private static boolean anyMatches(List<Pattern> patterns, Set<String> names) {
        return patterns.stream().anyMatch(pattern -> names.stream().anyMatch(name -> pattern.matcher(name).matches()));
    }

    private static Set<String> namesOf(Event event) {
        Set<String> names = new LinkedHashSet<>();
        names.add(event.type());
        for (String header : NAME_HEADERS) {
            event.headers().first(header).ifPresent(name -> {
                names.add(name);
                names.add(name.toLowerCase(Locale.ROOT).replaceAll("[ /:]", "_"));
            });
        }
        return names;
    }
}
