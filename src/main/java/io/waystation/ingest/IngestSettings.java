package io.waystation.ingest;

import java.time.Duration;

import io.waystation.settings.Settings;

/**
 * The {@code waystation.ingest.*} settings.
 *
 * @param gosmeeVersion version of gosmee the hub answers as
 * @param window replay window of every scheme that has one, or null for each scheme's own
 * @param legacySha1 whether GitHub's SHA-1 signature counts where the newer one is not sent
 * @param literalSecrets whether routes may write secrets out
 */
record IngestSettings(String gosmeeVersion, Duration window, boolean legacySha1, boolean literalSecrets) {
    /** Reads the settings. */
    static IngestSettings of(Settings settings) {
        return new IngestSettings(
                settings.required("waystation.gosmee-version"),
                settings.text("waystation.ingest.window").isPresent()
                        ? settings.duration("waystation.ingest.window") : null,
                settings.flag("waystation.ingest.legacy-sha1"),
                settings.flag("waystation.secrets.literal"));
    }
}
