package io.waystation.ingest;

import java.time.Clock;
import java.time.Duration;
import java.util.List;

import io.waystation.settings.Secret;

/**
 * What a signature scheme is built from.
 *
 * @param secrets secrets any of which may have signed; none only for open sources
 * @param window how far a signed time may be from the hub's clock, or null for the scheme's own
 * @param clock the hub's clock
 * @param legacySha1 whether GitHub's older SHA-1 signature counts where the newer one is not sent
 * @param header header of a generic HMAC
 * @param prefix what its value starts with, such as {@code sha256=}
 * @param algorithm its algorithm: sha1, sha256, sha384 or sha512
 * @param encoding how its value is written
 */
record SchemeSettings(
        List<Secret> secrets, Duration window, Clock clock, boolean legacySha1, String header, String prefix,
        String algorithm, SignatureEncoding encoding) {
    /** Copies the secrets. */
    SchemeSettings {
        secrets = List.copyOf(secrets);
    }

    /** The usual settings. */
    static SchemeSettings of(List<Secret> secrets, Duration window, Clock clock) {
        return new SchemeSettings(
                secrets, window, clock, false, "x-signature", "", "sha256", SignatureEncoding.HEX);
    }

    /** The window, or the scheme's own when none is set. */
    Duration windowOr(Duration usual) {
        return window == null ? usual : window;
    }
}
