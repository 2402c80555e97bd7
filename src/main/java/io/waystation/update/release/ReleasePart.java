package io.waystation.update.release;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.apache.camel.Exchange;

import io.waystation.event.Event;
import io.waystation.event.EventHeaders;

/**
 * A hub that builds for other platforms, in a stanza of the route template {@code release-part}: which keys speak for it, and for
 * which platforms. Thread-safe once its route has started.
 */
public final class ReleasePart {
    private ReleaseParts parts;
    private TrustedKeys keys;
    private String name;
    private final Set<String> platforms = new TreeSet<>();

    /** Where its releases are kept. */
    public void setParts(ReleaseParts parts) {
        this.parts = parts;
    }

    /** Its name, lower-case words joined by dashes. */
    public void setName(String name) {
        this.name = name;
    }

    /** Public keys that speak for it, comma-separated. */
    public void setKeys(String text) {
        keys = TrustedKeys.pinned("keys", list(text));
    }

    /** Platforms that it may have files for, comma-separated, such as {@code linux/arm64}. */
    public void setPlatforms(String text) {
        platforms.addAll(list(text));
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",")).map(String::trim).filter(word -> !word.isEmpty()).toList();
    }

    /**
     * Checks the stanza.
     *
     * @throws IllegalArgumentException what is wrong with it
     */
    public void start() {
        if (keys == null || platforms.isEmpty() || !platforms.stream().allMatch(platform -> platform.matches("[a-z0-9_]+/[a-z0-9_]+"))) {
            throw new IllegalArgumentException("the hub " + name + " cannot give parts of releases: it needs keys, and platforms such as linux/arm64");
        }
    }

    /** Takes a release of that hub. What is no release, or signed by another key, is noted as refused and stops nothing. */
    public void take(Exchange exchange) {
        Event event = exchange.getMessage().getBody() instanceof Event body ? body
                : exchange.getProperty(EventHeaders.EVENT_PROPERTY, Event.class);
        if (ReleaseEvents.TYPE.equals(event.type()) && event.body().length <= Envelope.LARGEST) {
            parts.take(name, event, keys, platforms);
        }
    }
}
