package io.waystation.delivery;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

import io.waystation.http.ProblemException;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;

/**
 * Asks an address, before deliveries go there, whether it wants them. Thread-safe; blocks for ten seconds at most.
 *
 * @see <a href="https://www.w3.org/TR/websub/#hub-verifies-intent">WebSub, section 5.3</a>
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection">CloudEvents webhook 1.0.2, section 4</a>
 */
final class IntentCheck {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int MINUTE = 60;

    private final DeliveryClient client;
    private final Kind kind;
    private final String origin;
    private final int rate;
    private final Duration lease;
    private final Duration within;

    private enum Kind {
        NONE, CHALLENGE, HANDSHAKE
    }

    private IntentCheck(DeliveryClient client, Kind kind, String origin, int rate, Duration lease, Duration within) {
        this.client = client;
        this.kind = kind;
        this.origin = origin;
        this.rate = rate;
        this.lease = lease;
        this.within = within;
    }

    /** The check that a setting names: {@code none}, {@code challenge} or {@code handshake}. */
    static IntentCheck from(Settings settings, String setting, DeliveryClient client) {
        String kind = settings.required(setting);
        if (!kind.equals("none") && !kind.equals("challenge") && !kind.equals("handshake")) {
            throw new InvalidSettingException(setting, "must be none, challenge or handshake, not '" + kind + "'");
        }
        return new IntentCheck(client, Kind.valueOf(kind.toUpperCase(Locale.ROOT)), settings.required("waystation.delivery.origin"),
                settings.number("waystation.delivery.request-rate", 1, 1_000_000), settings.duration("waystation.edge.lease"),
                settings.positive("waystation.delivery.intent-timeout"));
    }

    /**
     * Asks.
     *
     * @return requests per second that the address allows, if it names a number
     * @throws ProblemException 422 {@code intent-not-confirmed}
     */
    OptionalDouble confirm(EndpointAddress address) {
        return switch (kind) {
            case NONE -> OptionalDouble.empty();
            case CHALLENGE -> challenge(address);
            case HANDSHAKE -> handshake(address);
        };
    }

    private OptionalDouble challenge(EndpointAddress address) {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        String challenge = HexFormat.of().formatHex(random);
        String query = "hub.mode=subscribe&hub.challenge=" + challenge + "&hub.lease_seconds=" + lease.toSeconds()
                + "&hub.topic=" + URLEncoder.encode("deliveries", StandardCharsets.UTF_8);
        EndpointAddress asked = new EndpointAddress(address.secure(), address.host(), address.port(),
                address.target() + (address.target().indexOf('?') < 0 ? "?" : "&") + query);
        Answer answer = client.send("GET", asked, Map.of("User-Agent", "Waystation"), new byte[0], within).join();
        if (!answer.isSuccess() || !answer.snippet().strip().equals(challenge)) {
            throw refused("The endpoint did not answer the challenge at " + address.url() + " with it: "
                    + (answer.isSuccess() ? "it answered something else" : answer.detail()) + ".");
        }
        return OptionalDouble.empty();
    }

    private OptionalDouble handshake(EndpointAddress address) {
        Answer answer = client.send("OPTIONS", address, Map.of("User-Agent", "Waystation", "WebHook-Request-Origin", origin,
                "WebHook-Request-Rate", Integer.toString(rate)), new byte[0], within).join();
        String allowed = answer.allowed().origin();
        if (!answer.isSuccess() || allowed == null || !allowed.equals("*") && !allowed.equalsIgnoreCase(origin)) {
            throw refused("The endpoint did not allow " + origin + " to send to " + address.url() + ": " + (answer.isSuccess()
                    ? "WebHook-Allowed-Origin is " + (allowed == null ? "missing" : "another") : answer.detail()) + ".");
        }
        String perMinute = answer.allowed().rate();
        if (perMinute == null || !perMinute.equals("*") && !perMinute.matches("[1-9]\\d{0,8}")) {
            throw refused("The endpoint at " + address.url() + " did not say how many requests a minute it takes: "
                    + "WebHook-Allowed-Rate must be a number or *.");
        }
        return perMinute.equals("*") ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(perMinute) / MINUTE);
    }

    private static ProblemException refused(String why) {
        return new ProblemException(422, "intent-not-confirmed", why);
    }
}
