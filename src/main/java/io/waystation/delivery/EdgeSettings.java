package io.waystation.delivery;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;

/**
 * Settings of the edge protocol.
 *
 * @param check says whose a token is; empty when nobody may register
 * @param lease how long a registration lasts
 * @param perMinute registrations a minute from one address, and with one token
 */
record EdgeSettings(Optional<TokenCheck> check, Duration lease, int perMinute) {
    static EdgeSettings from(Settings settings, Clock clock) {
        Duration patience = settings.duration("waystation.edge.check-timeout");
        String kind = settings.required("waystation.edge.check");
        TokenCheck check = switch (kind) {
            case "none" -> null;
            case "static" -> new StaticTokens("waystation.edge.tokens", settings.list("waystation.edge.tokens"),
                    settings.flag("waystation.secrets.literal"));
            case "linear" -> new CachedTokens(new LinearTokens(URI.create(settings.required("waystation.edge.linear-api")), patience),
                    settings.duration("waystation.edge.check-cache"), clock);
            default -> throw new InvalidSettingException("waystation.edge.check", "must be none, static or linear, not '" + kind + "'");
        };
        return new EdgeSettings(Optional.ofNullable(check), settings.duration("waystation.edge.lease"),
                settings.number("waystation.edge.registrations-per-minute", 1, 1_000_000));
    }
}
