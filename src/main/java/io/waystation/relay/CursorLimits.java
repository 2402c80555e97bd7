package io.waystation.relay;

import java.time.Duration;

import io.waystation.settings.Settings;

/**
 * How many named cursors there may be, and for how long.
 *
 * @param perChannel cursors of one channel
 * @param expiry how long one lives without being used
 * @param open cursors of all channels nobody defined, together
 * @param openExpiry how long one of those lives without being used
 */
record CursorLimits(int perChannel, Duration expiry, int open, Duration openExpiry) {

    static CursorLimits of(Settings settings) {
        String prefix = "waystation.relay.";
        return new CursorLimits(
                settings.number(prefix + "cursors", 1, 1_000_000),
                settings.duration(prefix + "cursor-expiry"),
                settings.number(prefix + "open-cursors", 1, 1_000_000),
                settings.duration(prefix + "open-cursor-expiry"));
    }
}
