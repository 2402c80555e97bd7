package io.waystation.delivery;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.waystation.http.AddressRange;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;

/**
 * Settings of deliveries.
 *
 * @param concurrency calls at once, to all endpoints
 * @param endpointConcurrency calls at once to one endpoint
 * @param connectTimeout time that connecting may take
 * @param disableAfter an endpoint that failed for so long is disabled when a delivery runs out of attempts
 * @param insecure whether endpoints may be {@code http}
 * @param allowed addresses that may be called although they are not public
 * @param trustedCertificates PEM file of authorities trusted in place of Java's
 * @param mostEndpoints endpoints there may be
 * @param memory bytes of bodies on their way at once
 * @param keep how long events are kept for their deliveries
 * @param overlap how long an old secret goes on signing beside its successor
 * @param breaker when an endpoint that fails is left alone
 * @param parkAfter answers after which a delivery that others wait for is parked, where its endpoint asks for that
 * @param probes how endpoints that ask for it are looked at
 * @param slo part of the deliveries that is to be made, 0 to 1
 * @param mostOwed deliveries that an endpoint may be owed that is stopped, pulls or fails
 * @param wire connections, names and answers
 * @param eventCache bytes of the newest events kept in memory for their deliveries
 */
public record DeliverySettings(int concurrency, int endpointConcurrency, Duration connectTimeout, Duration disableAfter, boolean insecure,
        List<AddressRange> allowed, Optional<String> trustedCertificates, int mostEndpoints, long memory, Duration keep,
        Duration overlap, Breaker breaker, int parkAfter, Probes probes, double slo, int mostOwed, Wire wire, long eventCache) {
    private static final long LEAST_CACHE = 2 << 20;
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);

    /**
     * How endpoints are looked at without a delivery.
     *
     * @param every how often
     * @param within time of one probe
     * @param failures so many in a row open the breaker
     */
    public record Probes(Duration every, Duration within, int failures) {
    }

    /**
     * When the circuit breaker of an endpoint opens, and for how long.
     *
     * @param calls how many of its last calls are looked at
     * @param failures percentage of them that opens it
     * @param pause for how long, the first time; 10 ms at least
     * @param longestPause for how long at most, after twice as long each time
     */
    public record Breaker(int calls, int failures, Duration pause, Duration longestPause) {
    }

    /**
     * What a call does on the network.
     *
     * @param connecting calls to one endpoint that wait for a connection at once
     * @param keepAlive how long a connection without a call is kept; longer than 0
     * @param nameTimeout how long one name server may take
     * @param longestAnswer bytes of an answer's body that are waited for
     */
    public record Wire(int connecting, Duration keepAlive, Duration nameTimeout, long longestAnswer) {
    }

    /** Reads the settings. */
    static DeliverySettings from(Settings settings) {
        return new DeliverySettings(
                settings.number("waystation.delivery.concurrency", 1, 10_000),
                settings.number("waystation.delivery.endpoint-concurrency", 1, 10_000),
                settings.duration("waystation.delivery.connect-timeout"),
                settings.duration("waystation.delivery.disable-after"),
                settings.flag("waystation.delivery.insecure"),
                AddressRange.of("waystation.delivery.allowed-addresses", settings.list("waystation.delivery.allowed-addresses")),
                settings.text("waystation.delivery.trusted-certificates"),
                settings.number("waystation.delivery.endpoints", 0, 1_000_000),
                settings.bytes("waystation.delivery.memory"),
                settings.duration("waystation.delivery.keep"),
                settings.duration("waystation.delivery.secret-overlap"),
                new Breaker(settings.number("waystation.delivery.breaker-calls", 1, 1_000),
                        settings.number("waystation.delivery.breaker-failures", 1, 100),
                        breakerPause(settings), breakerLongestPause(settings)),
                settings.number("waystation.delivery.park-after", 1, 1_000),
                new Probes(settings.duration("waystation.delivery.probe-every"), settings.duration("waystation.delivery.probe-limit"),
                        settings.number("waystation.delivery.probe-failures", 1, 1_000)),
                settings.number("waystation.delivery.slo", 0, 100) / 100.0,
                settings.number("waystation.delivery.most-owed", 1, Integer.MAX_VALUE),
                new Wire(settings.number("waystation.delivery.endpoint-connecting", 1, 10_000), keepAlive(settings),
                        settings.positive("waystation.delivery.name-timeout"), settings.bytes("waystation.delivery.longest-answer")),
                eventCache(settings));
    }

    private static long eventCache(Settings settings) {
        String key = "waystation.delivery.event-cache";
        long bytes = settings.bytes(key);
        if (bytes < LEAST_CACHE) { // it also holds what is read ahead, which would be gone before it is asked for
            throw new InvalidSettingException(key, "must be at least 2MiB, not " + bytes + " bytes");
        }
        return bytes;
    }

    private static Duration keepAlive(Settings settings) {
        String key = "waystation.delivery.keep-alive";
        Duration keepAlive = settings.duration(key);
        if (keepAlive.toSeconds() < 1 || keepAlive.toDays() > 1) { // 0 would be for ever
            throw new InvalidSettingException(key, "must be from 1s to 1d, not '" + keepAlive.toMillis() + "ms'");
        }
        return keepAlive;
    }

    private static Duration breakerPause(Settings settings) {
        String key = "waystation.delivery.breaker-pause";
        Duration pause = settings.duration(key);
        if (pause.compareTo(SHORTEST_PAUSE) < 0) { // the breaker's backoff refuses less, but only with the first delivery
            throw new InvalidSettingException(key, "must be at least 10ms, not '" + pause.toMillis() + "ms'");
        }
        return pause;
    }

    private static Duration breakerLongestPause(Settings settings) {
        String key = "waystation.delivery.breaker-longest-pause";
        Duration longest = settings.duration(key);
        if (longest.compareTo(breakerPause(settings)) < 0) {
            throw new InvalidSettingException(key, "must be at least waystation.delivery.breaker-pause, not '" + longest.toMillis() + "ms'");
        }
        return longest;
    }
}
