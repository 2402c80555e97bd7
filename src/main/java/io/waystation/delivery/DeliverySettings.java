package io.waystation.delivery;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.waystation.http.AddressRange;
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
 */
public record DeliverySettings(int concurrency, int endpointConcurrency, Duration connectTimeout, Duration disableAfter, boolean insecure,
        List<AddressRange> allowed, Optional<String> trustedCertificates, int mostEndpoints, long memory, Duration keep,
        Duration overlap) {

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
                settings.duration("waystation.delivery.secret-overlap"));
    }
}
