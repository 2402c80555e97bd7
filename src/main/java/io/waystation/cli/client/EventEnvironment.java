package io.waystation.cli.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.waystation.event.Event;

/**
 * Environment of a command: a fixed set of ours, and what the event is, in characters of an allow-list. The
 * variables that gosmee sets are set too, so that scripts written for it work.
 */
final class EventEnvironment {
    private static final List<String> KEPT = List.of("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR",
            "TMP", "TEMP", "SystemRoot", "SYSTEMROOT", "COMSPEC", "PATHEXT");
    private static final int LONGEST_VALUE = 1024;

    private EventEnvironment() {
    }

    /**
     * The whole environment of the command.
     *
     * @param own our own environment
     * @param passed more names of ours to pass on
     */
    static Map<String, String> of(Event event, Path payload, Path headers, Map<String, String> own, List<String> passed) {
        Map<String, String> environment = new TreeMap<>();
        own.forEach((name, value) -> {
            if (KEPT.contains(name) || name.startsWith("LC_") || passed.contains(name)) {
                environment.put(name, value);
            }
        });
        String contentType = event.contentType().orElse("");
        put(environment, "WAYSTATION_EVENT_ID", event.id());
        put(environment, "WAYSTATION_EVENT_TYPE", event.type());
        put(environment, "WAYSTATION_EVENT_SOURCE", event.source());
        put(environment, "WAYSTATION_EVENT_SUBJECT", event.subject());
        put(environment, "WAYSTATION_EVENT_TIME", event.time().toString());
        put(environment, "WAYSTATION_EVENT_CHANNEL", event.channel());
        put(environment, "WAYSTATION_EVENT_VERIFIED", event.verified());
        put(environment, "WAYSTATION_CONTENT_TYPE", contentType);
        environment.put("WAYSTATION_PAYLOAD_FILE", payload.toString());
        environment.put("WAYSTATION_HEADERS_FILE", headers.toString());
        put(environment, "GOSMEE_EVENT_TYPE", event.headers().first("x-github-event")
                .or(() -> event.headers().first("x-gitlab-event")).or(() -> event.headers().first("x-gitea-event"))
                .map(name -> name.toLowerCase(Locale.ROOT).replaceAll("[ /]", "_")).orElse(""));
        put(environment, "GOSMEE_EVENT_ID", event.headers().first("x-github-delivery").orElse(event.id()));
        put(environment, "GOSMEE_CONTENT_TYPE", contentType);
        put(environment, "GOSMEE_TIMESTAMP", event.time().toString());
        environment.put("GOSMEE_PAYLOAD_FILE", payload.toString());
        environment.put("GOSMEE_HEADERS_FILE", headers.toString());
        return environment;
    }

    private static void put(Map<String, String> environment, String name, String value) {
        String safe = value == null ? "" : value.replaceAll("[^A-Za-z0-9._:/@+=, -]", "_");
        environment.put(name, safe.substring(0, Math.min(safe.length(), LONGEST_VALUE)));
    }
}
