package io.waystation.update;

import java.net.URI;
import java.time.Duration;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;

/**
 * How upstreams are reached.
 *
 * @param forge address in front of a bare {@code owner/name}, without a slash at its end
 * @param files whether {@code file:} addresses are allowed
 * @param timeout time that reading one upstream may take
 * @param largest bytes that an upstream may send for one reading
 */
public record UpstreamSettings(URI forge, boolean files, Duration timeout, long largest) {
    private static final String FORGE = "waystation.github.url";
    private static final String TIMEOUT = "waystation.update.git-timeout";

    static UpstreamSettings from(Settings settings) {
        URI forge;
        try {
            forge = URI.create(settings.required(FORGE).replaceFirst("/+$", ""));
        } catch (IllegalArgumentException malformed) {
            throw new InvalidSettingException(FORGE, "must be an address such as https://github.com");
        }
        if (!"https".equals(forge.getScheme()) || forge.getHost() == null || forge.getUserInfo() != null) {
            throw new InvalidSettingException(FORGE, "must be an https address such as https://github.com");
        }
        Duration timeout = settings.duration(TIMEOUT);
        if (timeout.toSeconds() < 1 || timeout.toHours() >= 1) {
            throw new InvalidSettingException(TIMEOUT, "must be from 1s to 1h");
        }
        return new UpstreamSettings(
                forge, settings.flag("waystation.update.file-upstreams"), timeout, settings.bytes("waystation.update.git-size"));
    }
}
