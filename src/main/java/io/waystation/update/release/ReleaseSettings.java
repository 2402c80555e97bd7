package io.waystation.update.release;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;
import io.waystation.settings.Settings;

/**
 * How releases are signed, kept and reached.
 *
 * @param hub name of this hub, in the source of its events
 * @param channel channel that releases are published on, and kept in
 * @param signer key that signs, or empty: then nothing is released
 * @param trusted base64 of the public keys that are trusted
 * @param vouched keys that this hub's releases vouch for
 * @param lifetime how long a signed release may be acted on
 * @param jitter machines wait at random up to this long before they act on a new release
 * @param folder where archives, and releases of the target {@code folder}, are kept
 * @param keep releases of a subsystem that stay in the latter
 * @param baseUrl address of that folder as other machines reach it, or empty
 * @param from stream of the hub that this one takes releases from, or empty
 * @param token reader token for that stream and for files on its host, or empty
 * @param plainHttp whether files may be downloaded without TLS
 */
public record ReleaseSettings(String hub, String channel, Optional<SigningKey> signer, List<String> trusted, List<ReleaseKey> vouched,
        Duration lifetime, Duration jitter, Path folder, int keep, Optional<URI> baseUrl, Optional<URI> from, Optional<Secret> token,
        boolean plainHttp) {
    private static final String SIGNING_KEY = "waystation.releases.signing-key";
    private static final String TOKEN = "waystation.releases.token";
    static final String LIFETIME = "waystation.releases.lifetime";
    static final String JITTER = "waystation.releases.jitter";
    private static final String VOUCHED = "waystation.releases.vouched-keys";
    private static final int MOST_KEPT = 10_000;
    private static final String NAME = "waystation.name";

    /** Checks everything; no bad key passes the start. */
    static ReleaseSettings from(Settings settings, Path data) {
        boolean literals = settings.flag("waystation.secrets.literal");
        String hub = settings.required(NAME);
        if (!hub.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
            throw new InvalidSettingException(NAME, "must be up to 63 letters, digits, dots, dashes and underscores");
        }
        Optional<SigningKey> signer = settings.text(SIGNING_KEY)
                .map(reference -> SigningKey.read(SIGNING_KEY, Secret.resolve(SIGNING_KEY, reference, literals)));
        Duration lifetime = settings.duration(LIFETIME);
        if (lifetime.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new InvalidSettingException(LIFETIME, "must be at least 1m");
        }
        Optional<URI> base = address(settings, "waystation.releases.base-url")
                .or(() -> address(settings, "waystation.public-url").map(url -> URI.create(url + "/download")));
        return new ReleaseSettings(hub, settings.required("waystation.releases.channel"), signer,
                settings.list("waystation.releases.trusted-keys"), vouched(settings), lifetime, settings.duration(JITTER),
                settings.text("waystation.releases.folder").map(text -> Path.of(text).toAbsolutePath().normalize()).orElse(data.resolve("releases")),
                settings.number("waystation.releases.keep", 1, MOST_KEPT), base, address(settings, "waystation.releases.from"),
                settings.text(TOKEN).map(reference -> Secret.resolve(TOKEN, reference, literals)), settings.flag("waystation.releases.plain-http"));
    }

    private static Optional<URI> address(Settings settings, String key) {
        return settings.text(key).map(text -> {
            try {
                URI address = URI.create(text.replaceFirst("/+$", ""));
                boolean web = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
                if (web && address.getHost() != null && address.getUserInfo() == null) {
                    return address;
                }
            } catch (IllegalArgumentException malformed) {
                // answered below
            }
            throw new InvalidSettingException(key, "must be an address such as https://hub.example.com/releases");
        });
    }

    /** {@code KEY FROM UNTIL}, comma-separated. */
    private static List<ReleaseKey> vouched(Settings settings) {
        List<ReleaseKey> keys = new ArrayList<>();
        for (String entry : settings.list(VOUCHED)) {
            String[] parts = entry.split("\\s+");
            try {
                if (parts.length == 3) {
                    keys.add(ReleaseKey.of(parts[0], Instant.parse(parts[1]), Instant.parse(parts[2])));
                    continue;
                }
            } catch (DateTimeParseException | ReleaseException wrong) {
                // answered below
            }
            throw new InvalidSettingException(VOUCHED, "must hold a public key, a time from which and one until which it counts, such as"
                    + " 'KEY 2026-01-01T00:00:00Z 2027-01-01T00:00:00Z', not '" + entry + "'");
        }
        return keys;
    }
}
