package io.waystation.delivery;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.waystation.settings.Durations;

/**
 * What few endpoints ask for.
 *
 * @param concurrency calls at once; 0 is as the settings have it
 * @param timeLimit how long one attempt may take; null is as the route has it
 * @param head what happens to a delivery that fails while others wait behind it
 * @param orderBy what the ordering {@code per-key} goes by: {@code subject}, {@code key}, {@code source}, {@code type}, or a
 *     JSON pointer into the body, such as {@code /issue/id}
 * @param probe how the endpoint is looked at without a delivery: {@code none}, {@code event}, or the URL of its health check
 * @param signer which key signs in styles with room for one signature while keys change
 */
public record EndpointOptions(int concurrency, Duration timeLimit, Head head, String orderBy, String probe, Signer signer) {
    /** As endpoints have them unless they ask for something else. */
    public static final EndpointOptions USUAL = new EndpointOptions(0, null, Head.WAIT, "subject", "none", Signer.NEWEST);
    /** A probe that is an event. */
    static final String EVENT = "event";
    private static final int MOST = 1_000;
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** What happens to a delivery that fails while others wait behind it. */
    public enum Head {
        /** They wait until it is made or dead. */
        WAIT,
        /** It becomes a dead letter after a few answers, and they go on. */
        PARK
    }

    /** Which key signs in styles with room for one signature while keys change. */
    public enum Signer {
        /** The newest: whoever rotates teaches the receiver the new key first. */
        NEWEST,
        /** The oldest, until its overlap ends: the receiver learns the new key meanwhile. */
        OLDEST
    }

    /** Checks what can be checked. */
    public EndpointOptions {
        if (concurrency < 0 || concurrency > MOST) {
            throw new IllegalArgumentException("concurrency is 1 to " + MOST + " calls, or 0 for what the settings have");
        }
        if (timeLimit != null && (timeLimit.toMillis() < 1 || timeLimit.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException("timeLimit is 1ms to 10m");
        }
        if (orderBy.startsWith("/")) {
            JsonPointer.compile(orderBy);
        } else if (!orderBy.matches("subject|key|source|type")) {
            throw new IllegalArgumentException("orderBy is subject, key, source, type, or a JSON pointer such as /issue/id, not '" + orderBy + "'");
        }
        if (!probe.equals("none") && !probe.equals(EVENT)) {
            EndpointAddress.of(probe, true); // whether it may be http is the registration's to say
        }
    }

    /** URL of the health check that is asked, if one is. */
    Optional<String> probeUrl() {
        return isProbed() && !probe.equals(EVENT) ? Optional.of(probe) : Optional.empty();
    }

    /** Whether the endpoint is looked at without a delivery. */
    boolean isProbed() {
        return !probe.equals("none");
    }

    /** Time of one attempt: the endpoint's own, or the route's. */
    Duration within(Duration ofRoute) {
        return timeLimit == null ? ofRoute : timeLimit;
    }

    /** Reads options as the API and the store have them; what is absent is as usual. */
    public static EndpointOptions read(JsonNode json) {
        String limit = json.path("timeLimit").asText("");
        return new EndpointOptions(json.path("concurrency").asInt(), limit.isEmpty() ? null : timeLimit(limit),
                one(Head.class, "head", json.path("head").asText(text(USUAL.head))), json.path("orderBy").asText(USUAL.orderBy),
                json.path("probe").asText(USUAL.probe), one(Signer.class, "signer", json.path("signer").asText(text(USUAL.signer))));
    }

    private static Duration timeLimit(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("timeLimit " + malformed.getMessage(), malformed);
        }
    }

    /** Adds them to the description of an endpoint. */
    void write(ObjectNode json) {
        json.put("concurrency", concurrency).put("timeLimit", timeLimit == null ? null : timeLimit.toMillis() + "ms")
                .put("head", text(head)).put("orderBy", orderBy).put("probe", probe).put("signer", text(signer));
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static <T extends Enum<T>> T one(Class<T> kind, String field, String text) {
        return Arrays.stream(kind.getEnumConstants()).filter(each -> text(each).equals(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(field + " is " + Arrays.stream(kind.getEnumConstants())
                        .map(EndpointOptions::text).collect(Collectors.joining(" or ")) + ", not '" + text + "'"));
    }
}
